"""Sessions in the central database that name their user, so that one query can authorise a request."""

from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from tenants.models import Session


class SessionStore(DatabaseStore):
    _new_key: str | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def save(self, must_create: bool = False) -> None:
        if must_create:
            self._new_key = self.session_key
        super().save(must_create)

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session = cast(Session, super().create_model_instance(data))
        user = data.get(SESSION_KEY)
        session.user_id = int(user) if user is not None else None
        session.is_new = session.session_key == self._new_key
        return session
