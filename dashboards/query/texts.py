"""A panel's query as its author writes it: one text of SQL, or several of PromQL."""

from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any, ClassVar

from dashboards.panels.parts import DataSource


@dataclass(frozen=True, slots=True)
class SqlText:
    """`is_proposed`: it says what the panel asks a table by its columns, and saving makes it the query."""

    text: str
    is_proposed: bool = False

    language: ClassVar[str] = "sql"
    label: ClassVar[str] = "SQL"

    def fields(self) -> dict[str, Any]:
        """What of a document's data source it is."""
        return {"sql": self.text}


@dataclass(frozen=True, slots=True)
class PromText:
    """One of several; `range`: rows of each step, `hidden`: kept and not asked."""

    promql: str
    legend: str = ""
    range: bool = False
    hidden: bool = False

    def fields(self) -> dict[str, Any]:
        """Without what is as it would be anyway."""
        its: dict[str, Any] = {"promql": self.promql.strip()}
        if self.legend.strip():
            its["legend"] = self.legend.strip()
        return its | {name: True for name in ("range", "hidden") if getattr(self, name)}


@dataclass(frozen=True, slots=True)
class PromTexts:
    parts: tuple[PromText, ...]

    language: ClassVar[str] = "promql"
    label: ClassVar[str] = "PromQL"
    is_proposed: ClassVar[bool] = False

    @property
    def text(self) -> str:
        """All of them, for whoever reads them as one."""
        return "\n\n".join(f"{letter}: {part.promql}" for letter, part in self.lettered)

    @property
    def lettered(self) -> tuple[tuple[str, PromText], ...]:
        return tuple(zip(ascii_uppercase, self.parts, strict=False))

    def fields(self) -> dict[str, Any]:
        """One query stands for itself; several are a list."""
        parts = [part.fields() for part in self.parts]
        return dict(parts[0]) if len(parts) == 1 and "hidden" not in parts[0] else {"queries": parts}


Texts = SqlText | PromTexts


def texts_of(source: DataSource) -> PromTexts:
    """The queries in PromQL of a document."""
    return PromTexts(tuple(PromText(part.promql, part.legend, part.range, part.hidden) for part in source.parts))
