"""Headers that go along with every request: what an editor may choose of them."""

import re

MOST_HEADERS = 20
OF_SECRETS = frozenset({"authorization", "proxy-authorization"})
_HEADER = re.compile(r"(?P<name>[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}):[ \t]*(?P<value>[\x21-\x7e][\x20-\x7e]{0,2000})", re.ASCII)
_OURS = frozenset(
    {
        *("host", "connection", "content-length", "content-type", "content-encoding", "transfer-encoding", "accept-encoding"),
        *("upgrade", "te", "trailer", "expect", "cookie", "keep-alive"),
    }
)


def read_headers(text: str) -> dict[str, str]:
    """`Name: value` lines. Raises ValueError for what is none, and for headers that are not anybody's to choose."""
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        match = _HEADER.fullmatch(line)
        if match is None:
            raise ValueError("Write a header a line: X-Scope-OrgID: customer-1")
        if match["name"].lower() in _OURS or match["name"].lower().startswith(("proxy-", "sec-")):
            raise ValueError(f"The header {match['name']} cannot be set.")
        found[match["name"]] = match["value"].strip()
    if len(found) > MOST_HEADERS:
        raise ValueError(f"{MOST_HEADERS} headers are the most.")
    return found
