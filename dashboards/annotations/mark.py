"""A mark on a dashboard's charts."""

from dataclasses import dataclass
from datetime import datetime

from dashboards.panels.colours import hex_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What happened at `start`, or from then to `stop`. `kind` names the query that found it; `pk` is of one typed in."""

    kind: str
    color: str
    start: datetime
    stop: datetime | None = None
    text: str = ""
    tags: tuple[str, ...] = ()
    panel: str = ""
    made_by: str = ""
    pk: int | None = None

    @property
    def hex(self) -> str:
        return hex_of(self.color)
