"""Parameters of a source's own, sent with each request: Thanos' `dedup`, VictoriaMetrics' `extra_label` and their like."""

import re
from urllib.parse import parse_qsl

MOST_PARAMETERS = 20
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,63}(?:\[\])?", re.ASCII)
_OURS = frozenset({"query", "start", "end", "step", "time", "timeout", "match[]", "match", "limit", "limit_per_metric", "metric"})


def read_parameters(text: str) -> list[tuple[str, str]]:
    """`name=value` pairs as a URL has them. Raises ValueError for what is none, and for names that a query has itself."""
    if not text:
        return []
    try:
        found = parse_qsl(text, keep_blank_values=True, strict_parsing=True, max_num_fields=MOST_PARAMETERS, errors="strict")
    except ValueError as error:
        raise ValueError(f"Write at most {MOST_PARAMETERS} as in a URL: dedup=true&partial_response=false") from error
    for name, value in found:
        if _NAME.fullmatch(name) is None or not value.isprintable():
            raise ValueError(f"“{name[:40]}” is no parameter that can be sent: write dedup=true&partial_response=false")
        if name in _OURS:
            raise ValueError(f"The parameter {name} is the query's own and cannot be set.")
    return found
