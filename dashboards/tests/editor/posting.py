"""A form as a browser posts it: the fields of its HTML with their values."""

from html.parser import HTMLParser

from django.http import QueryDict


class Posted(HTMLParser):
    """What a browser would send of a page whose buttons nobody has pressed."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self._select: str | None = None
        self._chosen: str | None = None
        self._textarea: str | None = None
        self._text = ""

    def handle_starttag(self, tag, attributes):
        its = {name: value or "" for name, value in attributes}
        name = its.get("name", "")
        if tag == "input" and name and (its.get("type") != "checkbox" or "checked" in its):
            self.fields.append((name, its.get("value", "")))
        elif tag == "select":
            self._select, self._chosen = name, None
        elif tag == "option" and (self._chosen is None or "selected" in its):
            self._chosen = its.get("value", "")
        elif tag == "textarea":
            self._textarea, self._text = name, ""

    def handle_data(self, data):
        if self._textarea is not None:
            self._text += data

    def handle_endtag(self, tag):
        if tag == "select" and self._select is not None:
            self.fields.append((self._select, self._chosen or ""))
            self._select = None
        elif tag == "textarea" and self._textarea is not None:
            self.fields.append((self._textarea, self._text.removeprefix("\n").replace("\n", "\r\n")))
            self._textarea = None


def posted(html: str) -> QueryDict:
    parser = Posted()
    parser.feed(html)
    sent = QueryDict(mutable=True)
    for name, value in parser.fields:
        sent.appendlist(name, value)
    return sent
