"""The three demo tenants: what each looks like, how much of it there is, and how far back it goes."""

from dataclasses import dataclass
from datetime import timedelta

THIS_MACHINE = "this-machine"


@dataclass(frozen=True)
class DemoTenant:
    """`metric_seconds` and `log_seconds` are the distances between rows; `orders_a_day` about that many."""

    slug: str
    name: str
    time_zone: str
    servers: tuple[str, ...]
    services: tuple[str, ...]
    currencies: tuple[str, ...]
    history: timedelta
    metric_seconds: int
    log_seconds: int
    orders_a_day: int


TENANTS = (
    DemoTenant(
        slug="acme",
        name="Acme Logistics",
        time_zone="Europe/Paris",
        servers=("web-01", "web-02", "api-01", "db-01", "worker-01"),
        services=("Checkout", "Search", "Payments", "Catalogue", "Mail", "Login", "Warehouse sync", "Reports"),
        currencies=("EUR", "GBP", "USD"),
        history=timedelta(days=21),
        metric_seconds=60,
        log_seconds=25,
        orders_a_day=420,
    ),
    DemoTenant(
        slug="globex",
        name="Globex Energy",
        time_zone="America/New_York",
        servers=("turbine-ctl", "grid-gw", "historian"),
        services=("Telemetry", "Grid gateway", "Forecast", "Billing", "Customer portal"),
        currencies=("USD", "CAD", "MXN", "BRL"),
        history=timedelta(days=42),
        metric_seconds=300,
        log_seconds=90,
        orders_a_day=90,
    ),
    DemoTenant(
        slug="initech",
        name="Initech Software",
        time_zone="Asia/Kolkata",
        servers=("tps-01", "tps-02"),
        services=("TPS reports", "Payroll", "Stapler service"),
        currencies=("INR", "USD", "JPY"),
        history=timedelta(days=14),
        metric_seconds=120,
        log_seconds=240,
        orders_a_day=35,
    ),
)
