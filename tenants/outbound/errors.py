"""Why a request had no answer. `sentence` is for every viewer; `detail`, for editors and the log, names no address."""


class OutboundError(Exception):
    def __init__(self, sentence: str, *, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.detail = sentence, detail


class AddressRefused(OutboundError):
    """PanelDash does not go there: not http or https, a port or a network this installation does not allow."""


class NoAnswer(OutboundError):
    """No such host, nobody there, a connection that broke, a certificate that is not trusted, no HTTP."""


class TooSlow(OutboundError):
    """The whole answer was not there in time."""


class TooLarge(OutboundError):
    """The answer is larger than it may be, unpacked."""
