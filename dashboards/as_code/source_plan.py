"""Data sources of a folder beside those that are stored: what would change, that it is done, and the files of what is stored.

They have no mark: an apply removes none, whatever the folder holds. Of secrets only that they differ is ever said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dashboards.as_code.difference import differences
from dashboards.as_code.environment import escaped
from dashboards.as_code.pieces import Refusal, Refused
from dashboards.as_code.sources import SOURCE, SourceDefinition, SourceDocument, short
from dashboards.panels.writing import as_text
from datasources.kinds import SOURCE_KINDS
from datasources.models import DataSource
from datasources.pages.changing import MOST_SOURCES, make_default, save_entered
from datasources.pages.entering import NotEntered, Wrong, entered
from datasources.pages.forms import SourceForm
from datasources.sources import OWN_LANGUAGE, configured_of
from tenants.credentials import CredentialsError
from tenants.models import Tenant

SIGNS = {"create": "+", "change": "~"}


@dataclass(frozen=True, slots=True)
class SourceChange:
    """`form` is filled in and valid: saved, it is done."""

    act: Literal["create", "change"]
    slug: str
    lines: tuple[str, ...]
    definition: SourceDefinition
    form: SourceForm
    kind: str = SOURCE
    by_hand: str = ""

    def in_lines(self) -> list[str]:
        head = f"{SIGNS[self.act]} {self.kind} {self.slug}"
        return [f"{head}  {line}" if not line.startswith(" ") else line for line in self.lines]


def rows_of(tenant: Tenant | None) -> list[DataSource]:
    return list(DataSource.objects.filter(tenant=tenant).order_by("slug"))


def plan_sources(items: Sequence[SourceDefinition], tenant: Tenant | None) -> tuple[SourceChange, ...]:
    """What would change of a tenant's own, or of the shared ones. Raises Refused."""
    there = {row.slug: row for row in rows_of(tenant)} if items else {}
    refusals: list[Refusal] = []
    changes = []
    for item in items:
        try:
            change = _change(item, there.get(item.slug), tenant)
        except NotEntered as error:
            refusals += [item.refusal(one.path, one.message) for one in error.errors]
            continue
        changes += [change] if change is not None else []
    if len(there) + sum(change.act == "create" for change in changes) > MOST_SOURCES:
        refusals.append(items[0].refusal("", f"there may be {MOST_SOURCES} data sources at most, with those there are"))
    if refusals:
        raise Refused(*refusals)
    return tuple(changes)


def write_source(change: SourceChange) -> None:
    source = save_entered(change.form)
    if change.definition.document.is_default and not source.is_default:
        make_default(source)


def text_of_source(row: DataSource) -> str:
    """Its file: no secret is in it, only which ones there are."""
    names = _secret_names(row)
    said = f"# Not in this file: {', '.join(names)}. Name each under secrets, as an environment variable.\n" if names else ""
    return said + as_text({SOURCE: escaped(_tree_of(row))})


def problem_of(row: DataSource) -> str | None:
    """Why an apply would not take its file, or none of its panels can ask it."""
    configured = configured_of(row)
    if configured is None:
        return "its settings are not valid any more"
    try:
        configured.secrets()
    except CredentialsError:
        return "its secrets cannot be read with the keys there are"
    return None


def _change(item: SourceDefinition, row: DataSource | None, tenant: Tenant | None) -> SourceChange | None:
    if row is None:
        new = DataSource(tenant=tenant, kind=item.kind.name, slug=item.slug)
        _check_default(item)
        return SourceChange("create", item.slug, (f"from {item.place.file}",), item, entered(item.kind, new, item.entry))
    if row.kind != item.kind.name:
        raise NotEntered(Wrong("kind", f"it is a {row.kind} already, and stays one"))
    lines = [line for one in differences(_tree_of(row), _tree_of_definition(item, row)) for line in one.in_lines()]
    lines += [f"secrets.{name}: another value" for name in _other_secrets(item, row)]
    _check_default(item)
    return SourceChange("change", item.slug, tuple(lines), item, entered(item.kind, row, item.entry)) if lines else None


def _check_default(item: SourceDefinition) -> None:
    """Raises NotEntered."""
    if item.document.is_default and item.kind.language == OWN_LANGUAGE:
        raise NotEntered(Wrong("is_default", "SQL that names no data source asks the tenant's own database, always"))


def _tree_of(row: DataSource) -> dict[str, Any]:
    kind = SOURCE_KINDS.get(row.kind)
    settings = short(kind, row.settings) if kind is not None else row.settings
    return _tree(row, settings, is_default=row.is_default)


def _tree_of_definition(item: SourceDefinition, row: DataSource) -> dict[str, Any]:
    is_default = row.is_default or bool(item.document.is_default)
    return _tree(item.document, short(item.kind, item.document.settings), is_default=is_default)


def _tree(facts: DataSource | SourceDocument, settings: Any, *, is_default: bool) -> dict[str, Any]:
    """Without what is so anyway."""
    tree: dict[str, Any] = {"kind": facts.kind, "name": facts.name}
    tree |= {"timeout_ms": facts.timeout_ms} if facts.timeout_ms is not None else {}
    tree |= {} if facts.is_enabled else {"is_enabled": False}
    tree |= {"is_open": True} if facts.is_open else {}
    tree |= {"is_default": True} if is_default else {}
    return {**tree, "settings": settings}


def _secrets_of(row: DataSource) -> dict[str, Any] | None:
    """What is stored, not for showing; None where it cannot be read."""
    configured = configured_of(row)
    try:
        return configured.secrets().model_dump(mode="json", exclude_defaults=True) if configured is not None else None
    except CredentialsError:
        return None


def _secret_names(row: DataSource) -> list[str]:
    return sorted(_secrets_of(row) or ())


def _other_secrets(item: SourceDefinition, row: DataSource) -> list[str]:
    stored = _secrets_of(row) or {}
    given = item.kind.secrets.model_validate(dict(item.entry.secrets)).model_dump(mode="json")
    return [name for name in item.entry.secrets if given[name] != stored.get(name, item.kind.secrets().model_dump()[name])]
