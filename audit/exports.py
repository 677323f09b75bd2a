"""Files that left the house: counted while they stream, recorded when they end, however they end."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from audit.acting import Acting, acting
from audit.models import Action, Outcome
from audit.recording import Thing, Told, write_or_count
from tenants.models import Tenant


@dataclass(slots=True)
class Export:
    """`kind` is the file's. Make it while the request lasts, which a streamed answer does not: it keeps who asked."""

    kind: str
    thing: Thing
    tenant: Tenant | None = None
    rows: int = 0
    bytes: int = 0
    error: str = ""
    details: dict[str, object] = field(default_factory=dict)
    acting: Acting = field(default_factory=acting)
    is_whole: bool = False

    def record(self) -> None:
        error = self.error or ("" if self.is_whole else "Broken off by the reader.")
        figures = {"kind": self.kind, "rows": self.rows, "bytes": self.bytes, **({"error": error} if error else {})}
        outcome = Outcome.FAILED if error else Outcome.DONE
        details = {**figures, **self.details}
        write_or_count([Told(Action.EXPORT, outcome, self.thing, self.tenant, details=details, acting=self.acting)])


def counted(parts: Iterable[bytes], export: Export) -> Iterator[bytes]:
    """The parts of a file, counted. Whoever makes them counts `export.rows`, and says in `export.error` why it fails."""
    try:
        for part in parts:
            export.bytes += len(part)
            yield part
        export.is_whole = True
    finally:
        export.record()
