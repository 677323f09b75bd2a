"""How many connections this process has open, to the central database and to tenants."""

from dataclasses import dataclass

from django.conf import settings
from django.db import connections

from datasources.store import close_store
from paneldash.central.base import DatabaseWrapper, close_central_pools
from tenants import connections as tenant_connections


@dataclass(frozen=True)
class PoolFigures:
    """`most` is what the pool may open, `waits` how often somebody found none free."""

    open: int = 0
    idle: int = 0
    waits: int = 0
    most: int = 1

    @property
    def in_use(self) -> int:
        return self.open - self.idle

    @property
    def use(self) -> float:
        return self.in_use / self.most


def central_pool() -> PoolFigures:
    wrapper = connections["default"]
    pool = wrapper.pool if isinstance(wrapper, DatabaseWrapper) else None
    if pool is None:
        return PoolFigures()
    stats = pool.get_stats()
    return PoolFigures(
        open=stats["pool_size"],
        idle=stats["pool_available"],
        waits=stats.get("requests_queued", 0),
        most=stats["pool_max"],
    )


def tenant_pool() -> PoolFigures:
    figures = tenant_connections.pool_figures()
    return PoolFigures(open=figures["open"], idle=figures["idle"], waits=figures["waited"], most=settings.TENANT_POOL_TOTAL)


def close_pools() -> None:
    close_store()
    tenant_connections.close_all()
    close_central_pools()
