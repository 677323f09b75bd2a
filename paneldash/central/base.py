"""Django's PostgreSQL backend with our own pool."""

from typing import Any

from django.db.backends.postgresql import base

from paneldash.central.pool import CentralPool


class DatabaseWrapper(base.DatabaseWrapper):
    @property
    def pool(self) -> CentralPool | None:
        """One a process, made at the first use. None where OPTIONS names no pool, and while databases are made."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == base.NO_DB_ALIAS or not options:
            return None
        pools: dict[str, CentralPool] = self._connection_pools
        if self.alias not in pools:
            arguments: dict[str, Any] = {**self.get_connection_params(), "autocommit": True}
            check = CentralPool.check_connection
            made = CentralPool(kwargs=arguments, open=False, configure=self._configure_connection, check=check, **options)
            pools.setdefault(self.alias, made)
        return pools[self.alias]
