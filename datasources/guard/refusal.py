"""A refusal inside the guard, before it becomes a QueryRefused: what to say, and where in the text."""

from datasources.errors import Lack, QueryRefused
from datasources.origin import position


class Refusal(Exception):
    """`sentence` is for every viewer, `about` names the thing for editors, `at` is where: in bytes, -1 if not known.

    `lack`: what the tenant's database does not have, where another tenant's may.
    """

    def __init__(self, sentence: str, about: str = "", *, at: int = -1, lack: Lack | None = None) -> None:
        super().__init__(sentence)
        self.lack = lack
        self.sentence = sentence
        self.about = about
        self.at = at

    def answer(self, text: str, *, before: int = 0) -> QueryRefused:
        """The error an editor can act on. `before` bytes of the parsed text stood before `text`."""
        at = _characters(text, self.at - before) if self.at >= before else None
        where = position(text, at) if at is not None else ""
        return QueryRefused(self.sentence, detail=": ".join(filter(None, (where, self.about))), lack=self.lack, at=at)


def _characters(text: str, size: int) -> int:
    """How many characters so many bytes are."""
    return len(text.encode("utf-8", "replace")[:size].decode("utf-8", "ignore"))
