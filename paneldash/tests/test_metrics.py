import pytest
from django.test import Client


def value(text: str, start: str) -> float:
    return float(next(line for line in text.splitlines() if line.startswith(start)).rsplit(" ", 1)[1])


@pytest.mark.django_db
def test_requests_are_counted_by_view_and_status(client: Client) -> None:
    client.get("/live")
    before = client.get("/metrics").content.decode()
    client.get("/live")
    after = client.get("/metrics").content.decode()
    line = 'paneldash_requests_total{method="GET",status="200",view="live"}'
    assert value(after, line) == value(before, line) + 1
    assert 'paneldash_connections{pool="tenants",state="in_use"}' in after


@pytest.mark.django_db
def test_unknown_addresses_share_one_label(client: Client) -> None:
    client.get("/no/such/page/1")
    client.get("/no/such/page/2")
    assert "no/such" not in client.get("/metrics").content.decode()
