"""Nobody ever sees another tenant's value, however tenants, people and panels are mixed, and whatever is cached."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards.models import Dashboard, Panel, Placement
from tenants.connections import close_all
from tenants.models import Membership, Tenant, User

DOCUMENTS = {
    "by_sql": {"type": "table", "data_source": {"sql": "SELECT word FROM secrets"}},
    "by_table": {"type": "table", "data_source": {"table": "secrets", "columns": [{"name": "word"}]}},
    "as_kpi": {"type": "kpi", "data_source": {"table": "secrets", "columns": {"value": "number"}}},
    "as_health": {
        "type": "health_status",
        "data_source": {"table": "secrets", "columns": {"service_name": "word", "status_value": "number"}},
    },
}
SECRETS = {"acme": ("acme-canary-word", 1111), "globex": ("globex-canary-word", 2222)}
PEOPLE = {"ada": {"acme"}, "eve": {"globex"}, "both": {"acme", "globex"}, "nobody": set()}


@pytest.fixture
def world(transactional_db: None, make_tenant: Any, acme_database: dict, globex_database: dict, admin_sql: Any) -> None:
    for slug, database in (("acme", acme_database), ("globex", globex_database)):
        word, number = SECRETS[slug]
        admin_sql(
            database,
            f"DROP TABLE IF EXISTS secrets; CREATE TABLE secrets (word text, number int); "
            f"INSERT INTO secrets VALUES ('{word}', {number})",
        )
        make_tenant(slug, database)
    board = Dashboard.objects.create(slug="board", name="Board", scope="all")
    for slug, document in DOCUMENTS.items():
        Panel.objects.create(
            slug=slug, title=slug, panel_type=document["type"], scope="all", document={"title": slug, **document}
        )
        Placement.objects.create(dashboard=board, panel_slug=slug)
    for name, slugs in PEOPLE.items():
        user = User.objects.create_user(f"{name}@example.com", "x" * 12)
        for slug in slugs:
            Membership.objects.create(user=user, tenant=Tenant.objects.get(slug=slug), role="editor")


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(sorted(PEOPLE)),
        st.sampled_from(sorted(SECRETS)),
        st.sampled_from(sorted(DOCUMENTS)),
        st.sampled_from(["page", "api", "csv"]),
        st.sampled_from([None, "close connections", "new version"]),
    ),
    min_size=4,
    max_size=12,
)


def url_of(tenant: str, panel: str, door: str) -> str:
    if door == "api":
        return f"/api/v1/panels/{panel}/data?tenant_id={tenant}"
    return f"/t/{tenant}/d/board/panels/{panel}/" + ("csv/" if door == "csv" else "")


def ask(person: str, tenant: str, panel: str, door: str, disturbance: str | None) -> tuple[str, str, int, str]:
    """One request of one person in a thread of its own, while the caches are disturbed."""
    try:
        if disturbance == "close connections":
            close_all()
        elif disturbance == "new version":
            Tenant.objects.filter(slug=tenant).update(connection_version=Tenant.objects.get(slug=tenant).connection_version + 1)
        client = Client()
        client.force_login(User.objects.get(email=f"{person}@example.com"))
        response = client.get(url_of(tenant, panel, door))
        body = b"".join(response.streaming_content) if response.streaming else response.content
        return person, tenant, response.status_code, body.decode()
    finally:
        connections["default"].close()


@settings(max_examples=12)
@given(actions=ACTIONS)
def test_no_mixture_shows_a_foreign_value(world: None, actions: list[tuple]):
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda action: ask(*action), actions))
    for person, tenant, status, body in answers:
        is_member = tenant in PEOPLE[person]
        assert status == 200 if is_member else status in {403, 404}
        for slug, (word, number) in SECRETS.items():
            if slug != tenant or not is_member:
                assert word not in body
                assert f"{number:,}" not in body


def test_two_people_never_get_each_others_answers(world: None):
    """A hundred requests of two people at once, a thread each: nothing is shared between requests but the pool."""
    wrong: list[str] = []

    def look(person: str, tenant: str) -> None:
        for _ in range(50):
            *_, body = ask(person, tenant, "by_sql", "page", None)
            if SECRETS[tenant][0] not in body:
                wrong.append(body)

    threads = [threading.Thread(target=look, args=pair) for pair in (("ada", "acme"), ("eve", "globex"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
