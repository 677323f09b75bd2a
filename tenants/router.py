"""Django's own tables are in the central database alone; nothing of them is read, written or made in a tenant's."""

from typing import Any

from django.db.models import Model

CENTRAL = "default"


class CentralRouter:
    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return CENTRAL

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return CENTRAL

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        return one._state.db == other._state.db

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == CENTRAL
