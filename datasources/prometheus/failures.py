"""What Prometheus, or the way to it, says instead of an answer: in words for whoever looks at the panel."""

import re
from collections.abc import Mapping
from typing import Any

from datasources.errors import QueryFailed, QueryTimeout, SourceBusy, SourceError, SourceUnavailable
from tenants.outbound import OutboundError, Response, TooLarge, TooSlow

LONGEST_DETAIL = 500
_TOO_LONG = "The query took longer than it may. Try a shorter time range."
_PLACES = re.compile(
    r"(?<![\w.])(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:]+\])(?::\d+)?|(?<![\w.])[\w-]+(?:\.[\w-]+)+:\d{2,5}\b|https?://\S+"
)
_WORDS = (
    ("too many samples", "The query reads more samples than the server allows. Try a shorter time range, or fewer series."),
    ("many-to-many", "The query matches several series on both sides of an operator."),
    ("many-to-one", "The query matches several series where one is allowed: group_left or group_right may be missing."),
    ("multiple matches for labels", "The query matches several series where one is allowed."),
    ("exceeded maximum resolution", "The query asks for more points than the server gives. Make the panel's least step longer."),
    ("duplicate series", "The query gives several series of the same labels."),
    ("vector cannot contain metrics with the same labelset", "The query gives several series of the same labels."),
)
# Mimir names its limits (https://grafana.com/docs/mimir/latest/references/http-api/#error-codes) in the words of an error.
_LIMITS = re.compile(r"err-mimir-max-[a-z-]*query-length|query time range exceeds the limit")
_SIZES = re.compile(r"err-mimir-max-[a-z-]+-per-query|exceeded (?:series|chunks|samples|bytes) limit")
_OF_STORES = re.compile(r"rpc error: code = (?:Unavailable|Aborted|DeadlineExceeded)")  # Thanos, of the servers that it asks
_BY_STATUS = {
    401: "The server does not accept the user, password or token of this data source.",
    403: "The server does not let this data source read what the panel needs.",
    404: "There is no Prometheus at this data source's address.",
    405: "The server does not take this kind of request: set the data source to GET or POST.",
    413: "The query is longer than the server takes.",
}


class Silence(QueryTimeout):
    """The time is over, and the server has not said so itself."""


class PlaceTold(QueryFailed):
    """Prometheus does not understand the query; `told_at` is the line and column it names in what was sent, if any."""

    told_at: tuple[int, int] | None = None


def unreachable(error: OutboundError) -> SourceError:
    if isinstance(error, TooSlow):
        return Silence(_TOO_LONG, detail=error.sentence)
    if isinstance(error, TooLarge):
        return QueryFailed(f"{error.sentence} Try a shorter time range, or fewer series.")
    return SourceUnavailable(error.sentence, detail=error.detail)


def failure(response: Response, said: Mapping[str, Any] | None) -> SourceError:
    """The error for an answer that is none. What a server says besides Prometheus' own words is not repeated."""
    kind, words = str((said or {}).get("errorType", "")), shown(str((said or {}).get("error", "")))
    status = response.status
    if kind in {"timeout", "canceled"}:
        return QueryTimeout(_TOO_LONG, detail=words)
    if status == 429 or kind == "too_many_requests":
        return SourceBusy("The server is asked too often just now.", detail=words, retry_after_seconds=_retry_after(response))
    if status == 401 and response.body[:20].strip() == b"no org id":
        return SourceUnavailable("The server wants to know whose series it shall read: give the header X-Scope-OrgID.")
    if status in {401, 403} or (status in _BY_STATUS and not kind):
        return SourceUnavailable(_BY_STATUS[status], detail=words or f"status {status}")
    if 300 <= status < 400:
        return SourceUnavailable(
            "The server leads to another address, which the data source should name.", detail=f"status {status}"
        )
    if kind == "execution" and _OF_STORES.search(words):
        return SourceUnavailable("A server behind this one does not answer, and it gives no part of an answer.", detail=words)
    if kind == "bad_data" or (status in {400, 422} and words):
        return _of_query(words)
    if status >= 500:
        return SourceUnavailable("The server cannot answer just now.", detail=words or f"status {status}")
    if not kind:
        return SourceUnavailable("What answers at this data source's address is no Prometheus.", detail=f"status {status}")
    return _of_query(words)


def _of_query(words: str) -> QueryFailed:
    sentence = next((sentence for sign, sentence in _WORDS if sign in words), None) or _limit_in(words)
    if sentence is not None:
        return QueryFailed(sentence, detail=words)
    place = re.search(r"(?<!\d)(\d+):(\d+): parse error", words)
    if place is not None or "parse error" in words or "invalid parameter" in words:
        told = PlaceTold("Prometheus does not understand this query.", detail=words)
        told.told_at = (int(place[1]), int(place[2])) if place is not None else None
        return told
    return QueryFailed("The server could not compute the query.", detail=words)


def _limit_in(words: str) -> str | None:
    """A limit of Mimir's or Thanos' in the words of an error."""
    if _LIMITS.search(words):
        return "The query covers more time than the server allows. Try a shorter time range."
    if _SIZES.search(words):
        return "The query reads more than the server allows. Try a shorter time range, or fewer series."
    return None


def shown(words: str) -> str:
    """A server's words without addresses of other servers, which stand in messages of Thanos and Mimir."""
    return _PLACES.sub("…", words)[:LONGEST_DETAIL]


def _retry_after(response: Response) -> float:
    text = next((value for name, value in response.headers.items() if name.lower() == "retry-after"), "")
    return min(float(text), 600.0) if re.fullmatch(r"\d{1,6}", text, re.ASCII) else 10.0
