"""A dashboard's variables as its document says them: a name, a kind, and where the values come from."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, model_validator

from dashboards.panels.parts import Label, Name, Strict
from dashboards.panels.patterns import Pattern
from dashboards.source_query import SourceQuery
from dashboards.stored import reader
from datasources.compile.buckets import interval_of
from datasources.errors import QueryRefused

MOST_VARIABLES = 30
LONGEST_VALUE = 1_000
ALL = "All"
ALL_NAMES = frozenset({ALL, "$__all"})

VariableName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,62}$", description="As in :name and var-name.")]
OptionValue = Annotated[str, Field(max_length=LONGEST_VALUE, pattern=r"^[^\x00]*$")]
_value: TypeAdapter[str] = TypeAdapter(OptionValue)


def _check_interval(text: str) -> str:
    try:
        interval_of(text)
    except QueryRefused as error:
        raise ValueError(error.sentence) from error
    return text


Interval = Annotated[str, Field(max_length=10), AfterValidator(_check_interval)]


def _one_option(given: Any) -> Any:
    """One of two ways to say it, chosen here, so that what is wrong is said of that one alone."""
    if isinstance(given, dict):
        return Option.model_validate(given)
    if isinstance(given, str):
        return _value.validate_python(given)
    if not isinstance(given, Option):
        raise ValueError("must be a text, in quotes where it is a number, or {value, text}")
    return given


class Option(Strict):
    """One of the values to choose from, and how people know it."""

    value: OptionValue
    text: Label = ""

    @property
    def label(self) -> str:
        return self.text or self.value


class Variable(Strict):
    """What every kind has. `hidden`: it is not among the page's pickers, and still may stand in the URL."""

    name: VariableName
    kind: str
    label: Label = ""
    description: Annotated[str, Field(max_length=500)] = ""
    hidden: bool = False

    @property
    def title(self) -> str:
        return self.label or self.name

    @property
    def is_list(self) -> bool:
        """Whether its value is a list, whatever number of values is chosen."""
        return False

    @property
    def needs(self) -> frozenset[str]:
        """The names of the variables its options may depend on."""
        return frozenset()


class Chosen(Variable):
    """A choice among options. With `multi` or `all` its value is a list.

    `all` offers all of them at once; `all_value` is what stands for them in queries, as one text, instead of their list.
    Without a `default` the first option is chosen.
    """

    multi: bool = False
    all: bool = False
    all_value: OptionValue | None = None
    default: OptionValue | Annotated[list[OptionValue], Field(max_length=100)] | None = None

    @property
    def is_list(self) -> bool:
        return self.multi or self.all

    @property
    def defaults(self) -> tuple[str, ...]:
        if self.default is None:
            return ()
        return (self.default,) if isinstance(self.default, str) else tuple(self.default)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.all_value is not None and not self.all:
            raise ValueError("all_value needs all: true")
        if len(self.defaults) > 1 and not self.multi:
            raise ValueError("several defaults need multi: true")
        if ALL_NAMES & set(self.defaults) and (not self.all or len(self.defaults) > 1):
            raise ValueError("“All” as the default needs all: true, and stands alone")
        return self


class QueryVariable(Chosen):
    """Options that a query gives.

    With a `regex` those in which it is found; a group in it is the value, `(?P<text>…)` what people read of it.
    """

    kind: Literal["query"]
    data_source: SourceQuery
    regex: Pattern | None = None

    @property
    def needs(self) -> frozenset[str]:
        return self.data_source.needs

    @property
    def depends_on_time(self) -> bool:
        """Whether another time range may have other options."""
        return "$__" in self.data_source.text or "${__" in self.data_source.text


class CustomVariable(Chosen):
    """Options that stand in the document, as values or as `{value, text}`."""

    kind: Literal["custom"]
    options: Annotated[list[Annotated[OptionValue | Option, BeforeValidator(_one_option)]], Field(min_length=1, max_length=1_000)]

    @property
    def choices(self) -> tuple[Option, ...]:
        return tuple(Option(value=one) if isinstance(one, str) else one for one in self.options)

    @model_validator(mode="after")
    def _default_is_offered(self) -> Self:
        unknown = set(self.defaults) - {one.value for one in self.choices} - ALL_NAMES
        if unknown:
            raise ValueError(f"the default “{min(unknown)}” is not among the options")
        return self


class IntervalVariable(Variable):
    """Lengths of time, as a bucket has them. With `auto` also one that gives about so many buckets over the page's range."""

    kind: Literal["interval"]
    options: Annotated[list[Interval], Field(min_length=1, max_length=50)]
    auto: Annotated[int, Field(ge=1, le=1_500)] | None = None
    auto_min: Interval = "10s"
    default: str | None = None

    @model_validator(mode="after")
    def _default_is_offered(self) -> Self:
        offered = [*self.options, *(["auto"] if self.auto is not None else [])]
        if self.default is not None and self.default not in offered:
            raise ValueError(f"default must be one of {', '.join(offered)}")
        return self


class DataSourceVariable(Chosen):
    """The data sources of a kind that the tenant has; a panel's `data_source.source` may be `$name`."""

    kind: Literal["data_source"]
    source_kind: Name


class TextVariable(Variable):
    """What a viewer types."""

    kind: Literal["text"]
    default: OptionValue = ""


class ConstantVariable(Variable):
    """A value that a URL cannot change."""

    kind: Literal["constant"]
    value: OptionValue


class TenantVariable(Variable):
    """What is known of the tenant: `slug`, `name`, `time_zone`, or one of its attributes. A URL cannot change it."""

    kind: Literal["tenant"]
    attribute: Name
    default: OptionValue | None = None


AnyVariable = Annotated[
    QueryVariable | CustomVariable | TextVariable | ConstantVariable | IntervalVariable | DataSourceVariable | TenantVariable,
    Field(discriminator="kind"),
]
Variables = Annotated[list[AnyVariable], Field(max_length=MOST_VARIABLES)]
_kinds: TypeAdapter[Variable] = TypeAdapter(AnyVariable)
stored_variables = reader(_kinds)


def problems_of(variables: Sequence[Variable]) -> list[tuple[str, str]]:
    """What is wrong among variables that are each valid: the path, and why. A query may use those that stand above it."""
    found = []
    names = [variable.name for variable in variables]
    for place, variable in enumerate(variables):
        if variable.name in names[:place]:
            found.append((f"variables[{place}].name", f"“{variable.name}” stands twice"))
        if below := variable.needs & set(names[place:]):
            found.append((f"variables[{place}].data_source", f"uses “{min(below)}”, which must stand above it"))
    return found
