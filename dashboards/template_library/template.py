"""A template: documents with gaps in them, what they need, and what fills the gaps."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dashboards.panels.document import DocumentError, DocumentInvalid

Document = Mapping[str, Any]
GAP = re.compile(r"@\{([a-z]+)\}")

# What may stand in a gap: where it does, nothing can end the text or the name around it.
KINDS: dict[str, tuple[re.Pattern[str], str]] = {
    "pattern": (re.compile(r"[A-Za-z0-9_.+*|()?:/\- ]{1,200}"), "letters, digits and . + * | ( ) ? : / - _"),
    "name": (re.compile(r"[A-Za-z_:][A-Za-z0-9_:]{0,199}"), "letters, digits, _ and :"),
    "table": (
        re.compile(r"[a-z_][a-z0-9_]{0,62}(?:\.[a-z_][a-z0-9_]{0,62})?"),
        "small letters, digits and _, perhaps schema.table",
    ),
}


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A gap, `@{name}` in the documents, and what fills it where nothing else is said."""

    name: str
    label: str
    kind: str
    default: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """A metric or a table that the panels ask for, with its columns."""

    kind: Literal["metric", "table"]
    name: str
    about: str
    columns: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """Of a dashboard with its panels, or of one panel. `language` is that of its queries; empty: it asks nothing.

    `is_platforms`: only panels that the platform keeps may ask what it asks. `owner`: empty for what comes with the
    product, else `tenant` or `platform`. `version`: None for what comes with the product.
    """

    id: str
    name: str
    about: str
    category: str
    language: str
    panels: tuple[tuple[str, Document], ...]
    dashboard: Document | None = None
    is_platforms: bool = False
    needs: tuple[Need, ...] = ()
    placeholders: tuple[Placeholder, ...] = ()
    owner: str = ""
    version: int | None = None

    @property
    def kind(self) -> str:
        return "panel" if self.dashboard is None else "dashboard"

    def values(self, given: Mapping[str, str]) -> dict[str, str]:
        """What fills each gap. Raises DocumentInvalid."""
        found = {one.name: given.get(one.name, "").strip() or one.default for one in self.placeholders}
        errors = [
            DocumentError(f"values.{one.name}", f"{one.label} is made of {KINDS[one.kind][1]}")
            for one in self.placeholders
            if KINDS[one.kind][0].fullmatch(found[one.name]) is None
        ]
        if errors:
            raise DocumentInvalid(*errors)
        return found

    def needed(self, values: Mapping[str, str]) -> tuple[Need, ...]:
        """What is asked for, by its names there."""
        return tuple(Need(one.kind, filled(one.name, values), one.about, one.columns) for one in self.needs)


def filled(tree: Any, values: Mapping[str, str]) -> Any:
    """A document without gaps."""
    if isinstance(tree, Mapping):
        return {filled(key, values): filled(value, values) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [filled(value, values) for value in tree]
    return GAP.sub(lambda gap: values[gap[1]], tree) if isinstance(tree, str) else tree


def texts_in(tree: Any) -> str:
    """All texts of a document, to look for names in."""
    if isinstance(tree, Mapping):
        return "\n".join(texts_in(value) for value in tree.values())
    if isinstance(tree, list | tuple):
        return "\n".join(map(texts_in, tree))
    return tree if isinstance(tree, str) else ""
