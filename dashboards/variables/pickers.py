"""The controls at the top of a page with which its variables are chosen: forms that need no script."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from dashboards.variables.definitions import (
    ALL,
    Chosen,
    ConstantVariable,
    IntervalVariable,
    Option,
    TenantVariable,
    TextVariable,
    Variable,
)
from dashboards.variables.options import Options
from dashboards.variables.resolving import AUTO, Resolved

INLINE = 50  # options that stand in the page; more are fetched when they are looked at
FIXED = (ConstantVariable, TenantVariable)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a picker's options as its form shows it."""

    value: str
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Picker:
    """A variable as templates/variables/_picker.html shows it.

    `choices` is None where they are many, or not known: they are fetched from `url`. `hidden` are the other parameters of the
    page, without those whose options depend on this variable.
    """

    name: str
    title: str
    description: str
    is_text: bool
    is_multi: bool
    summary: str
    value: str
    choices: tuple[Choice, ...] | None
    is_cut: bool
    note: str
    url: str
    hidden: tuple[tuple[str, str], ...]

    @property
    def field(self) -> str:
        return f"var-{self.name}"


def make_pickers(resolved: Mapping[str, Resolved], query: QueryDict, urls: Mapping[str, str]) -> list[Picker]:
    """A picker for each variable that can be chosen, in the order of the dashboard. `urls`: where its options are shown."""
    variables = [one.variable for one in resolved.values()]
    shown = [one for one in resolved.values() if not one.variable.hidden and not isinstance(one.variable, FIXED)]
    return [make_picker(one, variables, query, url=urls[one.variable.name]) for one in shown]


def make_picker(one: Resolved, variables: Sequence[Variable], query: QueryDict, *, url: str, whole: bool = False) -> Picker:
    """`whole`: with all its choices, however many they are."""
    variable = one.variable
    options = _offered(variable, one.options)
    choices = None
    if options is not None and (whole or len(options.items) <= INLINE):
        choices = _choices(variable, options, one)
    return Picker(
        name=variable.name,
        title=variable.title,
        description=variable.description,
        is_text=isinstance(variable, TextVariable),
        is_multi=isinstance(variable, Chosen) and variable.multi,
        summary=_summary(one),
        value=one.chosen[0] if one.chosen else "",
        choices=choices,
        is_cut=options is not None and options.is_cut,
        note=_note(one),
        url=url,
        hidden=tuple(_others(variable, variables, query)),
    )


def _offered(variable: Variable, options: Options | None) -> Options | None:
    if not isinstance(variable, IntervalVariable):
        return options
    auto = [Option(value=AUTO)] if variable.auto is not None else []
    return Options((*auto, *(Option(value=text) for text in variable.options)))


def _choices(variable: Variable, options: Options, one: Resolved) -> tuple[Choice, ...]:
    """The options; before them All, and what is chosen though it is not among them."""
    chosen = set(one.chosen)
    every = [Choice(ALL, ALL, one.is_all)] if isinstance(variable, Chosen) and variable.all else []
    strange = [] if one.is_all else [Choice(value, value, True) for value in one.chosen if value not in options.texts]
    return (*every, *strange, *(Choice(option.value, option.label, option.value in chosen) for option in options.items))


def _summary(one: Resolved) -> str:
    """What is chosen, in few words."""
    if one.is_all:
        return ALL
    texts = one.options.texts if one.options is not None else {}
    said = [texts.get(value, value) for value in one.chosen]
    return ", ".join(said) if len(said) <= 2 else f"{said[0]} + {len(said) - 1}"


def _note(one: Resolved) -> str:
    if one.error is not None:
        return str(getattr(one.error, "sentence", one.error))
    return "There is nothing to choose from." if one.options is not None and not one.options.items else ""


def _others(variable: Variable, variables: Sequence[Variable], query: QueryDict) -> list[tuple[str, str]]:
    """The page's other parameters. What depends on this variable begins anew, unless all of it is wanted; so do tables' pages."""
    following = {variable.name}
    for other in variables:
        if other.needs & following:
            following.add(other.name)
    own, dropped = f"var-{variable.name}", {f"var-{name}" for name in following}
    kept: list[tuple[str, Any]] = []
    for name, values in query.lists():
        if name == own or name == "panel" or name.endswith(".page") or name == "page":
            continue
        kept += [(name, value) for value in values if name not in dropped or value == ALL]
    return kept
