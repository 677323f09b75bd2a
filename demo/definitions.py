"""The demo's panels and dashboards, from the YAML documents beside this file."""

from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from dashboards.models import Dashboard, Panel, Placement, Shared
from dashboards.panels.document import parse_text
from tenants.models import Tenant

FOLDER = Path(__file__).parent


@transaction.atomic
def load_definitions() -> int:
    """Make what is missing; what exists is the users' to change. Answers how many were made."""
    made = sum(_make_panel(path) for path in sorted((FOLDER / "panels").glob("**/*.yaml")))
    return made + sum(_make_dashboard(path) for path in sorted((FOLDER / "dashboards").glob("**/*.yaml")))


def _ownership(path: Path, kind: str) -> dict[str, Any]:
    """`panels/x.yaml` is shared with every tenant, `panels/acme/x.yaml` is Acme's own."""
    folder = path.parent.relative_to(FOLDER / kind).as_posix()
    if folder == ".":
        return {"scope": Shared.Scope.ALL, "tenant": None}
    return {"scope": Shared.Scope.TENANT, "tenant": Tenant.objects.get(slug=folder)}


def _make_panel(path: Path) -> bool:
    document = parse_text(path.read_text())
    facts = {
        "title": document.title,
        "panel_type": document.type,
        "document": document.model_dump(mode="json", exclude_unset=True),
    }
    _, made = Panel.objects.get_or_create(slug=path.stem, **_ownership(path, "panels"), defaults=facts)
    return made


def _make_dashboard(path: Path) -> bool:
    described = yaml.safe_load(path.read_text())["dashboard"]
    facts = {name: described[name] for name in ("name", "description", "refresh_interval", "time_range") if name in described}
    dashboard, made = Dashboard.objects.get_or_create(slug=path.stem, **_ownership(path, "dashboards"), defaults=facts)
    if made:
        Placement.objects.bulk_create(
            Placement(dashboard=dashboard, panel_slug=place["id"], **place["position"]) for place in described["panels"]
        )
    return made
