"""Panels over tables made for them, and a way to ask the API for their data."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dashboards.models import Panel
from dashboards.panels.document import read_document


@pytest.fixture
def make_panel(db: None) -> Callable[..., Panel]:
    """Make a panel from a document: `make_panel("cpu", tenant=acme, type="kpi", …)`; shared without a tenant."""

    def make(slug: str, *, tenant: Any = None, **document: Any) -> Panel:
        document = {"title": slug.replace("_", " ").title(), **document}
        read = read_document(document)
        scope = Panel.Scope.TENANT if tenant else Panel.Scope.ALL
        return Panel.objects.create(
            slug=slug, tenant=tenant, scope=scope, title=read.title, panel_type=read.type, document=document
        )

    return make


@pytest.fixture
def data_of(client: Client) -> Callable[..., Any]:
    """The API's answer for a panel, asked by a user: `data_of(bob, acme, "cpu", date_from=…)`."""

    def ask(user: Any, tenant: Any, panel: str, *, status: int = 200, **parameters: str) -> Any:
        client.force_login(user)
        response = client.get(f"/api/v1/panels/{panel}/data", {"tenant_id": tenant.slug, **parameters})
        assert response.status_code == status, response.content
        return response.json()

    return ask


@pytest.fixture
def call() -> Callable[..., Any]:
    """What the API answers to a token: `call(secret, "/tenants")`, `call(secret, "/auth/tokens/1", "delete")`."""

    def ask(secret: str, path: str, method: str = "get", body: Any = None, **headers: str) -> Any:
        sent = {} if body is None else {"data": body, "content_type": "application/json"}
        given = {"Authorization": f"Bearer {secret}", **headers}
        return getattr(Client(enforce_csrf_checks=True), method)(f"/api/v1{path}", **sent, headers=given)

    return ask
