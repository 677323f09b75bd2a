"""What a test runs where, and what it finds there."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from audit.acting import Acting, acting
from audit.recording import Thing
from dashboards.models import Panel
from dashboards.read import ReadPanel, read_panel
from dashboards.testing.verdict import Verdict
from dashboards.unavailable import PanelUnavailable
from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class Part:
    """A panel of a run, as it is stored or as it would be, and how far back it looks; `only`: on these tenants' rows alone."""

    panel: Panel
    length: str
    thing: Thing
    only: frozenset[int] | None = None

    def is_for(self, tenant: Tenant) -> bool:
        return self.only is None or tenant.pk in self.only

    def read(self) -> ReadPanel | PanelUnavailable:
        try:
            return read_panel(self.panel)
        except PanelUnavailable as error:
            return error


@dataclass(frozen=True, slots=True)
class Finding:
    """`is_asked`: its turn came, and the audit has to say so."""

    tenant: Tenant
    part: Part
    verdict: Verdict
    sql: str = ""
    is_asked: bool = True


@dataclass(frozen=True, slots=True)
class Run:
    """What is to be run: panels, each once on each of some tenants, for so long at most."""

    parts: Sequence[Part]
    tenants: Sequence[Tenant]
    most_seconds: float
    acting: Acting = field(default_factory=acting)
