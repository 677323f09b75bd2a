"""Django's PostgreSQL backend over `tenants.pool`: opening borrows, closing gives back, nothing is asked of the server."""

from typing import Any

import psycopg
from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """`settings_dict["LENDER"]` has `borrow() -> Connection` and `give_back(connection)`."""

    def get_connection_params(self) -> dict[str, Any]:
        return {}

    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection:
        return self.settings_dict["LENDER"].borrow()

    def set_autocommit(self, autocommit: bool, force_begin_transaction_with_broken_autocommit: bool = False) -> None:
        """The pool's connections are in autocommit already; asking would be an assignment a connection and lease."""
        if self.connection is None or self.connection.autocommit != autocommit:
            super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
        self.autocommit = autocommit

    def create_cursor(self, name: str | None = None) -> psycopg.Cursor[Any]:
        """Values load as the pool's connections load them: times are aware, in the session's zone."""
        if name is not None:
            return self.connection.cursor(name, scrollable=False, withhold=self.connection.autocommit)
        return psycopg.ClientCursor(self.connection)

    def init_connection_state(self) -> None:
        """The session's settings were given when it was opened."""

    def ensure_timezone(self) -> bool:
        return False

    def _close(self) -> None:
        if self.connection is not None:
            self.settings_dict["LENDER"].give_back(self.connection)
