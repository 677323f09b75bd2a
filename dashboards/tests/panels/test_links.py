"""Links with values in them: each value is one value, and leads nowhere else."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.linking import Home
from dashboards.panels import PANEL_TYPES
from dashboards.panels.anchors import Origin, anchors, href_of
from dashboards.panels.document import DocumentInvalid, read_document
from dashboards.panels.links import Link
from dashboards.tests.panels.frames import ask, frame, sample_document, series, series_frame
from dashboards.tests.panels.test_every_type import rendered
from datasources.frame import Series

HOSTILE = ["'", '"', "\\", ";", "--", "javascript:alert(1)", "//evil.com", "https://evil.com", "\\\\evil.com", "/", "..", ".", "a/../../b",
           "a?b=c", "a&b=c", "a#b", "a=b", "%0d%0aSet-Cookie: x", "a\r\nBcc: b@c.d", "\x00", "%00", "%2e%2e", "@evil.com", "a:b@c", "<script>",
           "{{7*7}}", "${__from}", "$var", "\u202eabc", "ü ñ 漢", "a b", "\t", "x" * 3_000, "\ud800", "data:text/html,x", "|", "^", "`"]  # fmt: skip
ASK = ask(hours=1, variables={"env": "a&b", "many": ("x", "y/z")})


def href(url: str, value: Any = None, **fields: Any) -> str:
    return href_of(Link(url=url), ASK, Origin(fields, value, text=f"{value} %"))


@pytest.mark.parametrize(
    ("url", "leads_to"),
    [
        ("https://wiki.example.com/${__data.fields.host}?q=${__value.raw}", "https://wiki.example.com/web%2F1?q=7.5"),
        ('/x/${__data.fields["a name"]}', "/x/n%26m"),
        ("/x?t=${__value.text}&h=${__data.fields.host}#${__data.fields.host}", "/x?t=7.5%20%25&h=web%2F1#web%2F1"),
        ("/x?from=${__from}&to=${__to}", "/x?from=1772366400000&to=1772370000000"),
        ("/x?${__url_time_range}", "/x?from=1772366400000&to=1772370000000"),
        ("/x?${__all_variables}", "/x?var-env=a%26b&var-many=x&var-many=y%2Fz"),
        ("/x/$env?${many:queryparam}", "/x/a%26b?var-many=x&var-many=y%2Fz"),
        ("mailto:${__data.fields.mail}?subject=${__data.fields.host}", "mailto:ada@example.com?subject=web%2F1"),
    ],
)  # fmt: skip
def test_each_place_has_its_value(url: str, leads_to: str) -> None:
    assert href(url, 7.5, host="web/1", mail="ada@example.com", **{"a name": "n&m"}) == leads_to


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_stays_one_value(value: str) -> None:
    for url in (
        "https://a.example/x/${__data.fields.v}/y?q=${__data.fields.v}&r=1#z",
        "/x/${__data.fields.v}/y?q=${__data.fields.v}&r=1#z",
    ):
        assert_as_meant(url, value, href(url, v=value))


@given(st.text(max_size=60))
def test_any_value_stays_one_value(value: str) -> None:
    for url in (
        "https://a.example/x/${__data.fields.v}/y?q=${__data.fields.v}&r=1#z",
        "/x/${__data.fields.v}/y?q=${__data.fields.v}&r=1#z",
    ):
        assert_as_meant(url, value, href(url, v=value))


def assert_as_meant(url: str, value: str, found: str) -> None:
    if not found:
        return
    assert found.isascii()
    assert found.isprintable()
    assert not {'"', "'", "<", ">", "\\", " "} & set(found)
    meant, parts = urlsplit(url), urlsplit(found)
    assert (parts.scheme, parts.netloc, parts.fragment) == (meant.scheme, meant.netloc, "z")
    assert [unquote(step) for step in parts.path.split("/")] == ["", "x", value, "y"]
    assert parse_qs(parts.query, strict_parsing=True) == {"q": [value], "r": ["1"]}


@pytest.mark.parametrize("value", ["..", ".", "", None, "a\r\nb", "\x00", "x" * 3_000])
def test_what_would_lead_elsewhere_is_no_link(value: Any) -> None:
    assert href("/x/${__data.fields.v}/y", v=value) == ""


def test_a_missing_field_is_no_link() -> None:
    assert href("/x/${__data.fields.other}", v=1) == ""


def test_an_empty_variable_does_not_make_another_host() -> None:
    assert href_of(Link(url="/$env/evil.com"), ask(variables={"env": ""})) == ""
    assert href_of(Link(url="/x/$env/y"), ask(variables={"env": ".."})) == ""


@pytest.mark.parametrize(
    "value", ["a@b.c,d@e.f", "a@b.c?bcc=d", "a@b.c\nBcc: d", "a", "<a@b.c>", "a@b.c%0ABcc:d@e.f", "a@b.c&cc=d"]
)
def test_a_mail_goes_to_one_reader(value: str) -> None:
    assert href("mailto:${__data.fields.v}?subject=x", v=value) == ""
    assert href_of(Link(url="mailto:a@b.c?subject=$env"), ask(variables={"env": "x\r\nBcc: d@e.f"})) == ""


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "data:text/html,x", "//evil.com", "/\\evil.com", "\\\\evil", "x/y", "",
        "https://${__data.fields.host}/", "https://$env.example.com/", "https://a@evil.com/", "${__data.fields.url}", "https://", "http:/x",
        "/a b", "/a\nb", "/a/../b", "/a/%2e%2e/b", "/a%0d%0ab", "/x?${__data.secret}", "/x?${__user.login}", "/x?${__value}", "ftp://a/b",
        "mailto:a@b.c?subject=a%0abcc:x", "/" + "x" * 2_001, "https://[::1",
    ],
)  # fmt: skip
def test_a_wrong_target_is_refused_at_its_path(url: str) -> None:
    with pytest.raises(DocumentInvalid, match=r"^links\[0\]"):
        read_document({"type": "kpi", "title": "T", "data_source": {"sql": "SELECT 1"}, "links": [{"url": url}]})


@pytest.mark.parametrize(
    "link", [{}, {"url": "/x", "dashboard": "y"}, {"url": "/x", "panel": "y"}, {"dashboard": "../x"}, {"panel": "x"}]
)
def test_a_link_has_one_target(link: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Link.model_validate(link)


def test_a_dashboard_is_opened_with_time_variables_and_the_rows_values() -> None:
    link = Link(dashboard="hosts", panel="cpu", variables={"host": "${__data.fields.host}", "env": "x"})
    found = href_of(link, ASK, Origin({"host": "web&1"}))
    assert found == "~/d/hosts/panels/cpu/view/?var-host=web%261&var-env=x"
    home = Home("/t/acme/d/board/panels/p/?from=now-6h&to=now&var-env=prod&var-zone=eu&page=3&q=secret")
    assert home.href(found) == ("/t/acme/d/hosts/panels/cpu/view/?from=now-6h&to=now&var-zone=eu&var-host=web%261&var-env=x")
    assert home.href("https://x.example/~/") == "https://x.example/~/"


def test_a_panels_links_have_titles_and_those_that_lead_nowhere_are_left_out() -> None:
    links = [Link(title="Runbook $env", url="https://a.example/$env"), Link(url="/x?from=${__from}"), Link(dashboard="other")]
    assert [(one.title, one.href) for one in anchors(links, ask(variables={"env": "eu"}))] == [
        ("Runbook eu", "https://a.example/eu"),
        ("other", "~/d/other/"),
    ]


def test_a_series_leads_on_with_its_name() -> None:
    kind = PANEL_TYPES["timeseries"]
    document = sample_document(
        "timeseries", display={"link": {"dashboard": "host", "variables": {"host": "${__series.name}"}, "title": "Host"}}
    )
    context = kind.context(document, {"series": series_frame(series([1.0], label='w"1'))}, ask(hours=1))
    html = rendered(kind, context)
    assert '/d/host/?var-host=w%221" rel="noopener noreferrer" title="Host"' in html


def test_a_service_leads_on_with_its_rows_values() -> None:
    kind = PANEL_TYPES["health_status"]
    mappings = [{"regex": "^down", "text": "Down", "color": "critical"}]
    document = sample_document(
        "health_status", display={"mappings": mappings, "link": {"url": "/logs?s=${__data.fields.service_name}"}}
    )
    frames = {"services": frame(service_name=["a b", "c"], status_value=["up", "down since 3"])}
    down, up = kind.context(document, frames, ask())["services"]
    assert (down["status_label"], down["status_color"], down["shape"], down["href"]) == (
        "Down",
        "#EF4444",
        "octagon",
        "/logs?s=c",
    )
    assert (up["status_label"], up["href"]) == ("unknown", "/logs?s=a%20b")
    assert 'href="/logs?s=a%20b"' in rendered(kind, kind.context(document, frames, ask()))


def test_a_link_of_ten_minutes_ago_is_of_that_time() -> None:
    earlier = ASK.replaced(
        time_range=ASK.time_range.__class__(
            datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=1)
        )
    )
    assert href_of(Link(url="/x?from=${__from}"), earlier) == "/x?from=1767225600000"


def test_a_chart_whose_links_moved_on_is_sent_whole() -> None:
    kind, frames = PANEL_TYPES["timeseries"], {"series": series_frame(series([1.0, 2.0, 3.0], label="a"))}
    held = {}
    for url in ("/x?from=${__from}", "/x"):
        document = sample_document("timeseries", links=[{"url": url}])
        now = ask(hours=1)
        later = now.replaced(time_range=now.time_range.previous())
        held[url] = [kind.context(document, frames, one)["held"].head for one in (now, later)]
    assert held["/x?from=${__from}"][0] != held["/x?from=${__from}"][1]
    assert held["/x"][0] == held["/x"][1]


LABELS = '/x/${__field.labels.job}?i=${__field.labels["host name"]}'


def test_a_series_leads_on_with_its_labels() -> None:
    origin = Origin(series="web", labels={"job": "a&b", "host name": "w/1"})
    assert href_of(Link(url=LABELS), ASK, origin) == "/x/a%26b?i=w%2F1"
    link = Link(dashboard="hosts", variables={"job": "${__field.labels.job}"})
    assert href_of(link, ASK, origin) == "~/d/hosts/?var-job=a%26b"
    assert href_of(Link(url=LABELS), ASK, Origin(series="web", labels={"job": "a"})) == ""
    with pytest.raises(ValueError, match="is not known"):
        Link(url='/x?${__field.config["unit"]}')


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_label_stays_one_value(value: str) -> None:
    url = "/x/${__field.labels.v}/y?q=${__field.labels.v}&r=1#z"
    assert_as_meant(url, value, href_of(Link(url=url), ASK, Origin(labels={"v": value})))


def test_the_labels_of_a_chart_are_its_series() -> None:
    kind, link = PANEL_TYPES["timeseries"], {"url": "/x/${__field.labels.server}/${__field.labels.job}"}
    one = Series("w1 a", *(np.array([1.0]),) * 2, labels={"label": "w1", "job": "a"})
    document = sample_document("timeseries", display={"link": link}, transformations=[{"limit": 10}])
    frames = kind.transformed(document, {"series": series_frame(one)})
    assert [row.anchor.href for row in kind.context(document, frames, ask(hours=1))["legend"]] == ["/x/w1/a"]


@pytest.mark.parametrize(
    ("type", "shown", "leads_to"),
    [
        ("gauge", "dials", ["/x/api/1", "/x/api/2"]),
        ("pie", "key", ["/x/api/2", "/x/api/1"]),
        ("bar", "key", []),  # its bars are of several instances
    ],
)
def test_rows_lead_on_with_their_labels(type: str, shown: str, leads_to: list[str]) -> None:
    link = {"url": "/x/${__field.labels.job}/${__field.labels.instance}"}
    display = {"link": link} if type == "gauge" else {"overrides": [{"match": {"regex": "."}, "link": link}]}
    document = read_document({"type": type, "title": "T", "data_source": {"promql": "up"}, "display": display})
    rows = frame(label=["one", "two"], instance=["1", "2"], job=["api", "api"], value=[1.0, 2.0])
    found = PANEL_TYPES[type].context(document, {"rows": rows}, ask())[shown]
    hrefs = [one.href if type == "gauge" else one.anchor and one.anchor.href for one in found]
    assert hrefs == leads_to


def test_a_series_of_bars_leads_on_with_what_its_rows_share() -> None:
    link = {"url": "/x/${__field.labels.job}"}
    rows = frame(day=["1", "2", "1"], series=["a", "a", "b"], job=["x", "x", "y"], n=[1, 2, 3])
    document = read_document(
        {
            "type": "bar",
            "title": "T",
            "data_source": {"sql": "SELECT 1"},
            "display": {"overrides": [{"match": "a", "link": link}]},
        }
    )
    key = PANEL_TYPES["bar"].context(document, {"rows": rows}, ask())["key"]
    assert [row.anchor and row.anchor.href for row in key] == ["/x/x", None]


def test_a_cell_leads_on_with_its_rows_columns() -> None:
    column = {"name": "job", "link": {"url": "/x/${__field.labels.instance}"}}
    document = read_document(
        {"type": "table", "title": "T", "data_source": {"table": "t", "columns": [column, {"name": "instance"}]}}
    )
    counted = frame(total=[1], is_estimate=[False])
    found = PANEL_TYPES["table"].context(document, {"rows": frame(job=["a"], instance=["w/1"]), "count": counted}, ask())
    assert found["rows"][0][0].href == "/x/w%2F1"
