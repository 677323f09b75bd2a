"""What a query in PromQL may read, beside the text: the metrics of the panel's source, with what their targets say of them."""

from dataclasses import dataclass

from datasources.errors import SourceError
from datasources.frame import Frame, rows_of
from datasources.prom_queries import PromOptions
from datasources.prometheus.source import PrometheusSource
from datasources.results import fetch
from datasources.timerange import stretch_begun

MOST_LISTED = 200  # metrics on the page; whoever looks for another one searches
MOST_READ = 20_000
KEPT_SECONDS, YOUNG_SECONDS = 60, 2


@dataclass(frozen=True, slots=True)
class Metric:
    """`kind`: counter, gauge, histogram … and `means`, where a target says so."""

    name: str
    kind: str = ""
    means: str = ""


@dataclass(frozen=True, slots=True)
class ListedMetrics:
    """Metrics by name, and how many there are in all. `error`: why there are none to be had."""

    metrics: tuple[Metric, ...] = ()
    count: int = 0
    error: str = ""

    @property
    def shown(self) -> int:
        return len(self.metrics)


def list_metrics(source: PrometheusSource, search: str = "", *, anew: bool = False) -> ListedMetrics:
    """The metrics whose name, or what is said of them, contains what is searched for; all of them without."""
    seconds = YOUNG_SECONDS if anew else KEPT_SECONDS
    try:
        names = _read(source, "metrics()", seconds).column("value")
    except SourceError as error:
        return ListedMetrics(error=error.sentence)
    about, wanted = _about(source, seconds), search.strip().casefold()
    found = [metric for name in names if wanted in _searched(metric := _metric(name, about))]
    return ListedMetrics(tuple(found[:MOST_LISTED]), len(found))


def _about(source: PrometheusSource, seconds: int) -> dict[str, tuple[str, str]]:
    """What is said of metrics; nothing of a server that does not keep it."""
    try:
        frame = _read(source, "metadata()", seconds)
    except SourceError:
        return {}
    return {name: (kind, means) for name, kind, means in frame.rows()}


def _metric(name: str, about: dict[str, tuple[str, str]]) -> Metric:
    """The series of a histogram or summary are described by the name that they have in common."""
    for described in (name, *(name.removesuffix(ending) for ending in ("_bucket", "_count", "_sum", "_total"))):
        if described in about:
            return Metric(name, *about[described])
    return Metric(name)


def _searched(metric: Metric) -> str:
    return f"{metric.name} {metric.means}".casefold()


def _read(source: PrometheusSource, text: str, seconds: int) -> Frame:
    query = PromOptions(text=text, limit=MOST_READ)
    result = fetch(source, {"names": query}, not_before=stretch_begun(seconds), stale_seconds=KEPT_SECONDS)
    return rows_of(result.entry.frames, "names")
