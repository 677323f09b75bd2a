"""The forms of a dashboard's variables and annotations: what their buttons do, what they say, and where mistakes are shown."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from dashboards.builder.parts import PARTS, things_of
from dashboards.models import Dashboard

URL = "/t/acme/d/board/edit/variables/"
EVERY: list[dict[str, Any]] = [
    {"name": "region", "kind": "custom", "options": ["eu", {"value": "us", "text": "America"}], "multi": True, "default": ["eu"]},
    {
        "name": "host",
        "kind": "query",
        "data_source": {"sql": "SELECT 'web-' || unnest(CAST(:region AS text[]))"},
        "all": True,
        "all_value": ".*",
    },
    {"name": "job", "kind": "query", "data_source": {"promql": "label_values(up, job)", "source": "metrics"}, "hidden": True},
    {"name": "word", "kind": "text", "default": "x", "label": "Word", "description": "What is looked for"},
    {"name": "fixed", "kind": "constant", "value": "7"},
    {"name": "step", "kind": "interval", "options": ["1m", "1h"], "auto": 30, "auto_min": "1m", "default": "auto"},
    {"name": "prom", "kind": "data_source", "source_kind": "prometheus"},
    {"name": "zone", "kind": "tenant", "attribute": "time_zone", "default": "UTC"},
]
MARKS = [
    {"name": "deploys", "color": "#10B981", "data_source": {"sql": "SELECT now() AS time"}, "hidden": True},
    {"name": "down", "legend": "{{job}}", "data_source": {"promql": "up == 0"}},
]


class Fields(HTMLParser):
    """What a browser would send of a form."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self._select: str = ""
        self._area: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        its = {name: value or "" for name, value in attrs}
        if tag == "input" and its.get("name") and (its.get("type") != "checkbox" or "checked" in its):
            self.sent.append((its["name"], its.get("value", "")))
        elif tag == "select":
            self._select = its.get("name", "")
        elif tag == "option" and self._select and "selected" in its:
            self.sent.append((self._select, its["value"]))
        elif tag == "textarea":
            self._area = its["name"]

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.sent.append((self._area, data.removeprefix("\n")))
            self._area = None


@pytest.fixture
def as_ada(acme: Any, ada: Any, client: Client) -> Client:
    Dashboard.objects.create(slug="board", name="Board", scope="tenant", tenant=acme)
    client.force_login(ada)
    return client


def body(response: Any) -> str:
    return response.content.decode()


def begun(client: Client, rows: Any, url: str = URL) -> str:
    return body(client.post(url, {"rows": json.dumps(rows)}))


def names_in(page: str) -> list[str]:
    return re.findall(r"<legend>\s*<code>(\w+)</code>", page)


def pressed(client: Client, page: str, do: str, url: str = URL, **changed: str) -> Any:
    fields: dict[str, Any] = {}
    for name, value in Fields(page).sent:
        fields.setdefault(name, []).append(value)
    return client.post(url, {**fields, **changed, "do": do})


@pytest.mark.parametrize(("part", "rows"), [("variables", EVERY), ("annotations", MARKS)])
def test_what_is_written_comes_back_as_it_was(as_ada: Client, part: str, rows: list[dict[str, Any]]) -> None:
    url = URL.replace("variables", part)
    whole = [one.model_dump(mode="json") for one in PARTS[part].read(rows)]
    page = begun(as_ada, whole, url)
    assert pressed(as_ada, page, "use", url).json() == {"rows": whole}


def test_every_kind_begins_as_a_form_and_all_are_added_moved_and_removed(as_ada: Client) -> None:
    page = begun(as_ada, [])
    for kind in PARTS["variables"].kinds:
        page = body(pressed(as_ada, page, f"new:{kind}"))
    assert page.count('class="builder-thing"') == len(PARTS["variables"].kinds) == 7
    assert names_in(page)[:3] == ["variable", "variable_2", "variable_3"]
    page = body(pressed(as_ada, page, "up:doc.v1"))
    page = body(pressed(as_ada, page, "remove:doc.v2"))
    assert names_in(page)[:3] == ["variable_2", "variable", "variable_4"]
    same = body(pressed(as_ada, page, "up:doc.v40"))
    assert names_in(same) == names_in(page)


def test_a_mistake_stands_at_its_field_and_nothing_is_lost(as_ada: Client) -> None:
    page = begun(as_ada, EVERY[:2])
    response = pressed(as_ada, page, "use", **{"doc.v0.name": "1st", "doc.v1.data_source.sql": "DELETE FROM logs"})
    assert response.status_code == 422
    wrong = re.findall(r'data-error="([^"]+)"\s*>([^<]+)<', body(response))
    assert [path for path, _ in wrong] == ["v0.name"]
    assert 'value="1st"' in body(response)
    refused = pressed(as_ada, page, "use", **{"doc.v1.data_source.sql": "DELETE FROM logs"})
    assert re.findall(r'data-error="([^"]+)"\s*>', body(refused)) == ["v1.data_source.sql"]
    below = pressed(as_ada, page, "down:doc.v0")
    assert "must stand above it" in body(pressed(as_ada, body(below), "use"))


def test_the_values_to_choose_from_are_shown(as_ada: Client) -> None:
    page = begun(as_ada, EVERY[:2])
    shown = body(pressed(as_ada, page, "show:doc.v1"))
    assert "1 to choose from" in " ".join(shown.split())
    assert ">web-eu<" in shown
    assert "America" in body(pressed(as_ada, page, "show:doc.v0"))
    missing = body(pressed(as_ada, begun(as_ada, EVERY[:3]), "show:doc.v2"))
    assert "There is no data source “metrics” here." in missing


def test_what_is_no_list_of_variables_is_an_empty_form(as_ada: Client) -> None:
    for text in ("{", "[" * 5_000, '{"a": 1}', '[1, {"kind": "nosuch"}]'):
        assert 'class="builder-thing"' not in body(as_ada.post(URL, {"rows": text}))
    assert as_ada.post(URL.replace("variables", "panels-of-it"), {}).status_code == 404
    assert things_of(PARTS["variables"], [{"kind": "text"}] * 99).kinds == ["text"] * 30


def test_who_may_not_change_the_dashboard_has_no_form(as_ada: Client, bob: Any) -> None:
    Dashboard.objects.filter(slug="board").update(scope="all", tenant=None)
    assert as_ada.post(URL, {}).status_code == 403
    as_ada.force_login(bob)
    assert as_ada.post(URL, {}).status_code == 403
