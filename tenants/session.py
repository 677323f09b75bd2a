"""What a signed-in browser is known by."""

from typing import ClassVar

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models

from tenants.known import KnownQuerySet


class SessionManager(BaseSessionManager["Session"]):
    def get_queryset(self) -> "KnownQuerySet[Session]":
        return KnownQuerySet(self.model, using=self._db)


class Session(AbstractBaseSession):
    """A signed-in browser. It names its user, so that one query can authorise a request.

    `is_new` while the request goes on in which it was made: until then its key is known to nobody else.
    """

    is_new = False

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="sessions")

    objects: ClassVar[SessionManager] = SessionManager()

    class Meta(AbstractBaseSession.Meta):
        abstract = False

    @classmethod
    def get_session_store_class(cls) -> type:
        from tenants.sessions import SessionStore

        return SessionStore
