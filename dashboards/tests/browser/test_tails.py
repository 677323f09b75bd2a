"""A chart whose newest points moved is extended in place, and then is what it would be if it were drawn anew."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, Response

NEXT_POINT = """INSERT INTO metrics
SELECT max(at) + interval '2 minutes', server, 77.5 FROM metrics GROUP BY server"""
DRAWN = "() => document.querySelector('#chart-cpu').data.map(({ name, x0, dx, y }) => ({ name, x0, dx, y }))"
SHOWN = "() => document.querySelector('#panel-cpu .legend').innerText + document.querySelector('#chart-cpu').ariaLabel"


def is_tail(response: Response) -> bool:
    return "panels/cpu/" in response.url and response.headers.get("content-type") == "application/json"


def test_a_chart_is_extended_by_what_is_new(
    drawn: Callable[..., Page], acme_database: dict, admin_sql: Callable[..., None]
) -> None:
    start, stop = (datetime.now(UTC) + timedelta(hours=hours) for hours in (-7, 1))
    page = drawn(f"?from={start:%Y-%m-%dT%H:%M}&to={stop:%Y-%m-%dT%H:%M}")
    page.evaluate("() => { document.querySelector('#panel-cpu').isTheSame = true; }")
    for _ in range(2):
        with page.expect_response(is_tail) as answered:
            admin_sql(acme_database, NEXT_POINT)
        assert len(answered.value.body()) < 1_500
    assert page.evaluate("() => document.querySelector('#panel-cpu').isTheSame")
    page.wait_for_function("() => document.querySelector('#chart-cpu').data[0].y.at(-1) === 77.5")
    extended = page.evaluate(DRAWN), page.evaluate(SHOWN)
    assert extended[0][0]["y"][-2:] == [77.5, 77.5]
    page.reload()
    page.wait_for_selector("#chart-cpu .scatterlayer .trace")
    assert (page.evaluate(DRAWN), page.evaluate(SHOWN)) == extended


def test_after_it_was_extended_a_chart_that_does_not_change_is_sent_nothing(
    drawn: Callable[..., Page], acme_database: dict, admin_sql: Callable[..., None]
) -> None:
    start, stop = (datetime.now(UTC) + timedelta(hours=hours) for hours in (-7, 1))
    page = drawn(f"?from={start:%Y-%m-%dT%H:%M}&to={stop:%Y-%m-%dT%H:%M}")
    with page.expect_response(is_tail):
        admin_sql(acme_database, NEXT_POINT)
    with page.expect_response(lambda response: "panels/cpu/" in response.url) as answered:
        pass
    assert answered.value.status == 204
