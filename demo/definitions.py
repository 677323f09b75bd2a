"""The demo's panels and dashboards, from the files beside this one: `shared` with every tenant, the others a tenant's own."""

from pathlib import Path

from dashboards.as_code.applying import make_missing
from dashboards.as_code.reading import read_folder
from tenants.models import Tenant

FOLDER = Path(__file__).parent / "files"
SHARED = "shared"


def load_definitions() -> int:
    """Make what is missing; what exists is the users' to change. Answers how many were made."""
    return sum(_load(folder) for folder in sorted(FOLDER.iterdir()))


def _load(folder: Path) -> int:
    owner = Tenant.objects.get(slug=folder.name) if folder.name != SHARED else None
    return make_missing(read_folder(folder, is_shared=owner is None), owner)
