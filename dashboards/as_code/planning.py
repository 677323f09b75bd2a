"""What applying a folder would change: each definition beside what is stored."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any, Literal

from dashboards.as_code.definitions import KINDS, Definition, Kind
from dashboards.as_code.difference import Difference, differences
from dashboards.as_code.pieces import Place, Refusal, Refused
from dashboards.as_code.source_plan import SourceChange, plan_sources
from dashboards.as_code.sources import SourceDefinition
from dashboards.as_code.stored import Row, rows_of, stored, tree_of, tree_of_definition
from dashboards.document import DashboardDocument
from dashboards.models import Panel
from tenants.models import Tenant

Act = Literal["create", "change", "mark", "delete"]
SIGNS: dict[Act, str] = {"create": "+", "change": "~", "mark": "~", "delete": "-"}


@dataclass(frozen=True, slots=True)
class Change:
    """`lines` say what differs; `mark` only notes the file. `by_hand`: who changed it since its file was applied, and when."""

    act: Act
    kind: Kind
    slug: str
    lines: tuple[str, ...]
    row: Row | None = None
    definition: Definition | None = None
    by_hand: str = ""
    differing: tuple[Difference, ...] = ()

    def in_lines(self) -> list[str]:
        head = f"{SIGNS[self.act]} {self.kind} {self.slug}"
        noted = [f"! {self.kind} {self.slug}  {self.by_hand}"] if self.by_hand else []
        return noted + [f"{head}  {line}" if not line.startswith(" ") else line for line in self.lines]


@dataclass(frozen=True, slots=True)
class Plan:
    tenant: Tenant | None
    changes: tuple[Change, ...]
    unchanged: int
    warnings: tuple[str, ...] = ()
    chosen: dict[str, Tenant] = field(default_factory=dict)
    sources: tuple[SourceChange, ...] = ()

    @property
    def all_changes(self) -> tuple[SourceChange | Change, ...]:
        """In the order in which they are made: panels name data sources, and dashboards panels."""
        return (*self.sources, *self.changes)


def plan(items: Iterable[Definition], tenant: Tenant | None, *, prune: bool, sources: Sequence[SourceDefinition] = ()) -> Plan:
    """Compare with what is stored for a tenant, or shared. Raises Refused for tenants that are not there."""
    items = list(items)
    chosen = _chosen(items)
    found_sources = plan_sources(sources, tenant)
    there = {(kind, row.slug): row for kind, row in stored(tenant)}
    found = [change for item in items if (change := _change(item, there.get(item.key))) is not None]
    wanted = {item.key for item in items}
    unwanted = [(key, row) for key, row in there.items() if prune and row.is_managed and key not in wanted]
    deleted = [_deletion(key[0], row) for key, row in unwanted]
    ids = {slug for kind, slug in {*there, *wanted} - {key for key, _ in unwanted} if kind == "panel"}
    unchanged = len(items) - len(found) + len(sources) - len(found_sources)
    return Plan(tenant, (*found, *deleted), unchanged, tuple(_nowhere(items, ids)), chosen, found_sources)


def plan_upload(items: Iterable[Definition], tenant: Tenant | None) -> Plan:
    """The same for documents that somebody brings by hand: no file is noted, and what a file keeps is said to be kept there.

    Raises Refused for tenants that are not there.
    """
    items = list(items)
    there = {
        (kind, row.slug): row
        for kind in KINDS
        for row in rows_of(kind, tenant).filter(slug__in=[item.slug for item in items if item.kind == kind])
    }
    found = [change for item in items if (change := _brought(item, there.get(item.key))) is not None]
    return Plan(tenant, tuple(found), len(items) - len(found), chosen=_chosen(items))


def _brought(item: Definition, row: Row | None) -> Change | None:
    if row is None:
        return Change("create", item.kind, item.slug, (), definition=item)
    differing = tuple(differences(tree_of(row), tree_of_definition(item)))
    if not differing:
        return None
    kept = f"is kept in the file {row.managed_file}: the next apply takes the file's side" if row.is_managed else ""
    lines = tuple(line for one in differing for line in one.in_lines())
    return Change("change", item.kind, item.slug, lines, row=row, definition=item, by_hand=kept, differing=differing)


def _change(item: Definition, row: Row | None) -> Change | None:
    if row is None:
        return Change("create", item.kind, item.slug, (f"from {item.place.file}",), definition=item)
    lines = [line for one in differences(tree_of(row), tree_of_definition(item)) for line in one.in_lines()]
    facts: dict[str, Any] = {"row": row, "definition": item, "by_hand": _by_hand(row, "the file's side is taken")}
    if lines:
        taken = () if row.is_managed else (f"was made by hand; from now on from {item.place.file}",)
        return Change("change", item.kind, item.slug, (*taken, *lines), **facts)
    if row.is_changed_by_hand:
        return Change("mark", item.kind, item.slug, ("is as its file says",), **facts)
    if row.managed_file != item.place.file:
        was = row.managed_file or "made by hand"
        return Change("mark", item.kind, item.slug, (f"file: {was} → {item.place.file}",), **facts)
    return None


def _deletion(kind: Kind, row: Row) -> Change:
    return Change(
        "delete", kind, row.slug, (f"was in {row.managed_file}",), row=row, by_hand=_by_hand(row, "it goes all the same")
    )


def _by_hand(row: Row, outcome: str) -> str:
    if not row.is_changed_by_hand:
        return ""
    when = row.updated_at.astimezone(UTC)
    return f"was changed by hand by {row.changed_by or 'somebody'} on {when:%-d %b %Y at %H:%M} UTC; {outcome}"


def _chosen(items: list[Definition]) -> dict[str, Tenant]:
    """The tenants that definitions name, by id."""
    named = {slug for item in items for slug in item.shared_with or ()}
    found = {tenant.slug: tenant for tenant in Tenant.objects.filter(slug__in=named)}
    refusals = [
        Refusal(Place(item.place.file, item.place.line), f"shared_with[{place}]", f"there is no tenant “{slug}”")
        for item in items
        for place, slug in enumerate(item.shared_with or ())
        if slug not in found
    ]
    if refusals:
        raise Refused(*refusals)
    return found


def _nowhere(items: list[Definition], ids: set[str]) -> list[str]:
    """A placement may name a panel that each tenant has of its own; one that nobody has is worth a word."""
    boards = [(item, item.document) for item in items if isinstance(item.document, DashboardDocument)]
    named = [(item.place, item.slug, placed.id) for item, board in boards for placed in board.panels if placed.id not in ids]
    known = set(Panel.objects.filter(slug__in={slug for *_, slug in named}).values_list("slug", flat=True)) if named else set()
    missing = sorted(one for one in named if one[2] not in known)
    return [f"{place}: the dashboard {board} places a panel “{slug}” that is not there" for place, board, slug in missing]
