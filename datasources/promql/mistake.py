"""A mistake in PromQL, with its place."""

from datasources.errors import QueryRefused

AROUND = 20


class Mistake(QueryRefused):
    """`at` is where in the text as it was written, `line` and `column` are that for people, from 1."""

    at: int

    def __init__(self, words: str, *, text: str, at: int) -> None:
        self.words, self.at = words, min(at, len(text))
        before = text[: self.at]
        self.line, self.column = before.count("\n") + 1, self.at - (before.rfind("\n") + 1) + 1
        where = f"line {self.line}, column {self.column}" if "\n" in text else f"column {self.column}"
        near = f"{before[-AROUND:]}⟨here⟩{text[self.at : self.at + AROUND]}".strip()
        super().__init__("The PromQL has a mistake.", detail=f"{words} At {where}: {near}", at=self.at)

    def moved(self, text: str, at: int) -> "Mistake":
        """The same mistake, in the text that this one was made of."""
        return Mistake(self.words, text=text, at=at)
