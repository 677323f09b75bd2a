"""How results were come by, counted for /metrics."""

from prometheus_client import Counter

RESULTS = Counter("paneldash_results_total", "Results by how they were come by", ["how"])
UNAVAILABLE = Counter("paneldash_unavailable_total", "Results for which a source could not be asked, by why", ["reason"])
