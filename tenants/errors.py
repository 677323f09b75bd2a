"""What can go wrong between PanelDash and a tenant's database, named for what the reader can do about it."""


class TenantDatabaseError(Exception):
    """`sentence` is safe for every viewer; `detail` is for the log and, without host or user, for editors."""

    def __init__(self, sentence: str, *, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail


class TenantUnreachable(TenantDatabaseError):
    """No connection: refused, timed out, unknown host, login failed, server full or restarting."""

    def __init__(self, sentence: str, *, detail: str = "", retry_after_seconds: float = 10.0) -> None:
        super().__init__(sentence, detail=detail)
        self.retry_after_seconds = retry_after_seconds


class TenantBusy(TenantUnreachable):
    """Every connection this tenant may use is taken, and waiting for one took too long."""


class TenantDisabled(TenantDatabaseError):
    """The tenant is switched off."""
