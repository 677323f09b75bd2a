"""The source that a panel's query is written for, which must be of the kind that it is written in."""

from dashboards.asked_source import asked_source
from dashboards.models import Panel
from dashboards.panels.base import Ask
from dashboards.read import read_panel
from datasources.errors import SourceError
from datasources.postgres import PostgresSource
from datasources.prometheus.source import PrometheusSource
from tenants.models import Tenant


def postgres_of(tenant: Tenant, panel: Panel, ask: Ask) -> PostgresSource:
    """Asked in SQL. Raises SourceError."""
    source = asked_source(tenant, panel, read_panel(panel), ask)
    if not isinstance(source, PostgresSource):
        raise SourceError("This panel's data source is not a PostgreSQL.")
    return source


def prometheus_of(tenant: Tenant, panel: Panel, ask: Ask) -> PrometheusSource:
    """Asked in PromQL. Raises SourceError."""
    source = asked_source(tenant, panel, read_panel(panel), ask)
    if not isinstance(source, PrometheusSource):
        raise SourceError("This panel's data source is not a Prometheus.")
    return source
