"""What is asked: tables in a tenant's database, what that may work in a minute, and a real Prometheus."""

import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import psycopg
import pytest

from paneldash.embedded import EmbeddedServer


@pytest.fixture
def spend_budget(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """Spend what a tenant's database may work in this minute; it is the same minute until the test is over."""
    from datasources.budget import budget

    now = time.time()
    monkeypatch.setattr(budget, "_clock", lambda: now)
    return lambda tenant: budget.spend(tenant, 10_000.0)  # type: ignore[arg-type]


@pytest.fixture
def stretch(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A moment, in epoch seconds, that lasts until a test moves it on: the stretch in which all share one result does not end."""
    moment = [time.time()]
    monkeypatch.setattr("datasources.timerange.time", SimpleNamespace(time=lambda: moment[0]))
    return moment


@pytest.fixture
def admin_sql(embedded_server: EmbeddedServer) -> Callable[..., None]:
    """Run SQL as the owner in a tenant's database: `admin_sql(acme_database, "CREATE TABLE …")`."""

    def run(database: dict, statements: str) -> None:
        with psycopg.connect(embedded_server.url(database["database"]), autocommit=True) as owner:
            owner.execute(statements)

    return run


@pytest.fixture(scope="session")
def prometheus() -> Iterator[object]:
    """A real Prometheus with a month of history, one a worker."""
    from datasources.tests.prometheus.real import RealPrometheus

    with RealPrometheus() as running:
        yield running


@pytest.fixture
def make_prometheus(db: None, prometheus: object, settings: object) -> Callable[..., object]:
    """A data source of the real Prometheus: `make_prometheus("metrics", tenant=acme, flavour="victoriametrics")`."""
    from datasources.models import DataSource
    from datasources.prometheus.gate import gates

    settings.OUTBOUND_NETWORKS = [f"127.0.0.1:{prometheus.port}"]  # type: ignore[attr-defined]
    gates.forget()

    def make(slug: str = "metrics", *, tenant: object = None, **its: object) -> DataSource:
        return DataSource.objects.create(
            slug=slug, name=slug.title(), kind="prometheus", tenant=tenant, is_open=tenant is None, is_default=True,
            settings={"url": prometheus.url, **its},  # type: ignore[attr-defined]
        )  # fmt: skip

    return make
