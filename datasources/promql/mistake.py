"""A mistake in PromQL, with its place."""

from datasources.errors import QueryRefused

AROUND = 20


class Mistake(QueryRefused):
    """`at` is where in the text as it was written, `line` and `column` are that for people, from 1. Made by `mistake`."""

    at: int
    words: str
    line: int
    column: int

    def moved(self, text: str, at: int) -> "Mistake":
        """The same mistake, in the text that this one was made of."""
        return mistake(self.words, text=text, at=at)


def mistake(words: str, *, text: str, at: int) -> Mistake:
    """`words` say what is wrong; `at` is where in `text`, in characters from 0."""
    at = min(at, len(text))
    before = text[:at]
    line, column = before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1
    where = f"line {line}, column {column}" if "\n" in text else f"column {column}"
    near = f"{before[-AROUND:]}⟨here⟩{text[at : at + AROUND]}".strip()
    made = Mistake("The PromQL has a mistake.", detail=f"{words} At {where}: {near}", at=at)
    made.words, made.line, made.column = words, line, column
    return made
