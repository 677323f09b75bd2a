"""The rule of dependency: an app imports from apps to its left, and nothing imports the wiring or the demo."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ["tenants", "audit", "datasources", "dashboards", "api"]
INSIDE = {
    "datasources": ["store", "errors", "timerange", "frame", "base", "postgres"],
    "dashboards": ["panels", "models", "refresh", "forms", "views", "urls"],
}
KINDS = ["postgres", "prometheus"]  # never of each other
PANEL_TYPES = ["timeseries", "kpi", "health_status", "table"]
HTTP_CLIENTS = {"http.client", "httpx", "requests", "urllib.request", "urllib3"}
WIRING = {"paneldash", "demo", "benchmarks"}
FILES = [path for app in APPS for path in sorted((ROOT / app).rglob("*.py")) if "tests" not in path.parts]


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_imports_only_to_its_left(path: Path) -> None:
    app, *inner = path.relative_to(ROOT).with_suffix("").parts
    forbidden = {*WIRING, *APPS[APPS.index(app) + 1 :]}
    order = INSIDE.get(app, [])
    if inner and inner[0] in order:
        forbidden |= {f"{app}.{later}" for later in order[order.index(inner[0]) + 1 :]}
    if (app, *inner[:1]) == ("dashboards", "panels") and inner[-1] in PANEL_TYPES:
        forbidden |= {f"dashboards.panels.{other}" for other in PANEL_TYPES if other != inner[-1]}
    if (app, *inner[:1]) == ("dashboards", "panels"):
        forbidden |= {"django.db", "django.http", "tenants", "datasources.postgres"}
    if app == "datasources" and inner[0] in KINDS:
        forbidden |= {f"{app}.{other}" for other in KINDS if other != inner[0]}
    wrong = {name for name in imports(path) for banned in forbidden if name == banned or name.startswith(f"{banned}.")}
    assert not wrong


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_one_module_makes_requests(path: Path) -> None:
    """The guarded one (SEC-26)."""
    if "outbound" not in path.parts:
        assert not {name for name in imports(path) for client in HTTP_CLIENTS if f"{name}.".startswith(f"{client}.")}
