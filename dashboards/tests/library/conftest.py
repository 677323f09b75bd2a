"""A dashboard of Acme's own with a panel on it, made as every door makes them, and a way to change both."""

from collections.abc import Callable
from typing import Any

import pytest

from dashboards.changing import save_change, save_new
from dashboards.document import place_panels, put, read_dashboard, take_fields
from dashboards.models import Dashboard, Panel
from dashboards.panels.document import read_document
from tenants.models import Tenant, User

KPI: dict[str, Any] = {"type": "kpi", "title": "Answer", "data_source": {"sql": "SELECT 42 AS value"}}


@pytest.fixture
def make_panel(ada: User) -> Callable[..., Panel]:
    """`make_panel("answer", acme, title="Answer")`; shared without a tenant."""

    def make(slug: str, tenant: Tenant | None = None, **fields: Any) -> Panel:
        panel = Panel(slug=slug, tenant=tenant, scope="tenant" if tenant else "all")
        panel.take(read_document({**KPI, **fields}))
        return save_new(panel, by=ada, through="test")

    return make


@pytest.fixture
def make_board(ada: User) -> Callable[..., Dashboard]:
    """`make_board("board", acme, panels=["answer"])`: each panel in a row of its own; `beside` are fields of the row."""

    def make(
        slug: str, tenant: Tenant | None = None, panels: tuple[str, ...] = (), *, beside: Any = None, **fields: Any
    ) -> Dashboard:
        placed = [{"id": panel, "position": {"row": 4 * number}} for number, panel in enumerate(panels)]
        document = read_dashboard({"name": slug.title(), "panels": placed, **fields})
        board = Dashboard(slug=slug, tenant=tenant, scope="tenant" if tenant else "all", **(beside or {}))
        take_fields(board, document)
        save_new(board, by=ada, through="test")
        place_panels(board, document)
        return board

    return make


@pytest.fixture
def panel(make_panel: Callable[..., Panel], acme: Tenant) -> Panel:
    return make_panel("answer", acme)


@pytest.fixture
def board(make_board: Callable[..., Dashboard], panel: Panel, acme: Tenant) -> Dashboard:
    size = {"name": "size", "kind": "custom", "options": ["small", "large"]}
    return make_board("board", acme, ("answer",), variables=[size])


@pytest.fixture
def change(ada: User) -> Callable[..., Any]:
    """`change(panel, title="Other")`, `change(board, name="Other")`: the next version, with these fields of its document."""

    def to(row: Any, by: User | str = ada, **fields: Any) -> Any:
        if isinstance(row, Panel):
            document = read_document({**row.document, **fields})
            return save_change(row, lambda stored: stored.take(document), by=by, through="test", seen=None)
        from dashboards.document import document_of

        board = read_dashboard({**document_of(row).model_dump(mode="json"), **fields})
        return save_change(row, lambda stored: put(stored, board), by=by, through="test", seen=None)

    return to
