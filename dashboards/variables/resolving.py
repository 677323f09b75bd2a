"""What each variable stands for where a page is looked at: the URL's value where it may have one, else the default."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.variables.definitions import (
    ALL,
    ALL_NAMES,
    Chosen,
    ConstantVariable,
    IntervalVariable,
    TenantVariable,
    TextVariable,
    Variable,
)
from dashboards.variables.options import Asker, Options
from datasources.compile.buckets import interval_of
from datasources.errors import SourceError
from datasources.intervals import rounded_ms, written
from datasources.timerange import TimeRange
from datasources.variables import AllValue, Value, texts_of
from tenants.models import Tenant

CALENDAR = tuple((interval_of(text).seconds, text) for text in ("1M", "1w", "1d"))  # days and longer come one by one
AUTO = "auto"
OF_TENANT = ("slug", "name", "time_zone")

Given = Mapping[str, Value]


class NotOffered(ValueError):
    """The URL gives a variable a value that it cannot have. The message is for viewers."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """`value` is for queries; None: it has none. `chosen` is as the URL has it, `text` as people read it.

    `error` says why the value is not sure: the options could not be asked for, or the URL's value is not one of them.
    """

    variable: Variable
    value: Value | None
    chosen: tuple[str, ...]
    text: str
    options: Options | None = None
    error: SourceError | NotOffered | None = None
    is_all: bool = False

    @property
    def each(self) -> tuple[str, ...] | None:
        """The values one by one, as a panel is repeated for them; None where they are not known."""
        if self.is_all:
            return self.options.values if self.options is not None else None
        return self.chosen if self.value is not None else None

    def text_of(self, value: str) -> str:
        return self.options.texts.get(value, value) if self.options is not None else value


def needed(variables: Sequence[Variable], names: Collection[str]) -> list[Variable]:
    """Those that are named, and those that their options depend on, in their order."""
    wanted = set(names)
    for variable in reversed(variables):  # a query uses only what stands above it
        if variable.name in wanted:
            wanted |= variable.needs
    return [variable for variable in variables if variable.name in wanted]


def resolve(variables: Sequence[Variable], given: Given, asker: Asker) -> dict[str, Resolved]:
    """Each of the variables, by name. Whatever goes wrong with one is in it, and in those that depend on it."""
    found: dict[str, Resolved] = {}
    for variable in variables:
        above = [found[name] for name in variable.needs if name in found]
        values = {one.variable.name: one.value for one in above if one.value is not None}
        error = next((one.error for one in above if one.error is not None and one.value is None), None)
        found[variable.name] = _resolve(variable, _texts(given.get(variable.name)), asker, values, error)
    return found


def _resolve(
    variable: Variable, given: tuple[str, ...], asker: Asker, values: Mapping[str, Any], error: SourceError | NotOffered | None
) -> Resolved:
    if isinstance(variable, Chosen):
        options = None
        if error is None:
            try:
                options = asker.options(variable, values)
            except SourceError as problem:
                error = problem
        return _chosen(variable, given, options, error)
    if isinstance(variable, TextVariable):
        return _single(variable, given[0] if given else variable.default)
    if isinstance(variable, ConstantVariable):
        return _single(variable, variable.value)
    if isinstance(variable, IntervalVariable):
        return _interval(variable, given, asker.time_range)
    assert isinstance(variable, TenantVariable)
    return _single(variable, _of_tenant(asker.tenant, variable))


def _single(variable: Variable, value: str | None) -> Resolved:
    return Resolved(variable, value, () if value is None else (value,), value or "")


def _chosen(
    variable: Chosen, given: tuple[str, ...], options: Options | None, error: SourceError | NotOffered | None
) -> Resolved:
    if given == ("",) and (options is None or "" not in options.texts):
        given = ()  # a form in which nothing was chosen
    if given and variable.all and ALL_NAMES & set(given):
        return _all(variable, options, error)
    if not given:
        return _default(variable, options, error)
    if not variable.multi:
        given = given[:1]
    unknown = next((one for one in given if options is not None and options.is_whole and one not in options.texts), None)
    if unknown is not None:
        error = NotOffered(f"“{unknown[:60]}” is not one of the values of {variable.title}.")
    return _some(variable, given, options, error)


def _default(variable: Chosen, options: Options | None, error: SourceError | NotOffered | None) -> Resolved:
    """What its definition says, as far as that is offered; else the first option."""
    defaults = variable.defaults
    if ALL_NAMES & set(defaults):
        return _all(variable, options, error)
    if options is None:
        return _some(variable, defaults, None, error)
    offered = tuple(one for one in defaults if one in options.texts or not options.is_whole)
    return _some(variable, offered or options.values[:1], options, error)


def _some(variable: Chosen, chosen: tuple[str, ...], options: Options | None, error: SourceError | NotOffered | None) -> Resolved:
    texts = options.texts if options is not None else {}
    text = ", ".join(texts.get(one, one) for one in chosen)
    value: Value | None = chosen if variable.is_list else chosen[0] if chosen else None
    if not chosen and options is None:
        value = None
    return Resolved(variable, value, chosen, text, options, error)


def _all(variable: Chosen, options: Options | None, error: SourceError | NotOffered | None) -> Resolved:
    value: Value | None = AllValue(variable.all_value) if variable.all_value is not None else None
    if value is None and options is not None:
        value = options.values
        if options.is_cut:
            error = NotOffered(f"“All” of {variable.title} is more than {len(options.items):,} values: choose some of them.")
    return Resolved(variable, value, (ALL,), ALL, options, error, is_all=True)


def _interval(variable: IntervalVariable, given: tuple[str, ...], time_range: TimeRange) -> Resolved:
    offered = [*([AUTO] if variable.auto is not None else []), *variable.options]
    chosen = given[0] if given and given[0] else variable.default or offered[0]
    error = None if chosen in offered else NotOffered(f"“{chosen[:60]}” is not one of the values of {variable.title}.")
    value = _auto(variable, time_range) if chosen == AUTO else chosen
    return Resolved(variable, value, (chosen,), chosen, error=error)


def _auto(variable: IntervalVariable, time_range: TimeRange) -> str:
    """About `auto` buckets over the range, and none smaller than `auto_min`."""
    least = interval_of(variable.auto_min).seconds
    length = time_range.length
    if length is None or variable.auto is None:
        return variable.auto_min
    wanted = rounded_ms(length.total_seconds() * 1_000 / variable.auto) // 1_000
    if wanted < least:
        return variable.auto_min
    return next((text for seconds, text in CALENDAR if wanted >= seconds), written(wanted * 1_000))


def _of_tenant(tenant: Tenant, variable: TenantVariable) -> str | None:
    if variable.attribute in OF_TENANT:
        return str(getattr(tenant, variable.attribute))
    found = tenant.attributes.get(variable.attribute)
    return found if isinstance(found, str) else variable.default


def _texts(given: Value | None) -> tuple[str, ...]:
    if given is None:
        return ()
    return texts_of(given)
