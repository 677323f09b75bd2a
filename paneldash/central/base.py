"""Django's PostgreSQL backend with our own pool."""

import os
from collections.abc import Callable
from typing import Any, ClassVar

from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from psycopg import Connection

from paneldash.central.pool import CentralPool


class DatabaseWrapper(base.DatabaseWrapper):
    _connection_pools: ClassVar[dict[str, CentralPool]]  # Django's, one a process and alias
    _configure_connection: Callable[[Connection[Any]], None]

    @property
    def pool(self) -> CentralPool | None:
        """Made at the first use. None where OPTIONS names no pool, and while databases are made."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        if self.alias not in self._connection_pools:
            # Two threads may both come here; the pool that is not kept was never opened.
            self._connection_pools.setdefault(self.alias, self._make_pool(options))
        return self._connection_pools[self.alias]

    def close_pool(self) -> None:
        if made := self._connection_pools.pop(self.alias, None):
            made.close()

    def _make_pool(self, options: dict[str, Any]) -> CentralPool:
        return CentralPool(
            kwargs={**self.get_connection_params(), "autocommit": True},
            open=False,
            configure=self._configure_connection,
            **options,
        )


def close_central_pools() -> None:
    """For the end of a process, before the server it talks to goes away."""
    for pool in DatabaseWrapper._connection_pools.values():
        pool.close()


# A pool made before a fork has threads and sockets that belong to the parent: every process makes its own.
os.register_at_fork(after_in_child=DatabaseWrapper._connection_pools.clear)
