"""Links within a tenant's own pages, which a panel gives without knowing where they are, as a page has them."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from dashboards.panels.anchors import AT_HOME

_KEPT = ("from", "to", "tz", "refresh")


class Home:
    """The tenant's pages as seen from a panel's URL, `/t/acme/d/board/panels/cpu/?from=…`.

    Links keep what that URL says of time and variables, but for the variables they say themselves.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._root = "/".join(parts.path.split("/")[:3])
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        self._kept = [(name, value) for name, value in pairs if name in _KEPT or name.startswith("var-")]

    def href(self, href: str) -> str:
        """A link as it stands on the page; one that leads elsewhere as it is."""
        if not href.startswith(AT_HOME):
            return href
        path, _, query = href.removeprefix("~").partition("?")
        own = parse_qsl(query, keep_blank_values=True)
        named = {name for name, _ in own}
        pairs = [*(pair for pair in self._kept if pair[0] not in named), *own]
        return f"{self._root}{path}" + (f"?{urlencode(pairs)}" if pairs else "")
