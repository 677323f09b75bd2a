"""What the pages of *Test on all tenants* have in common: the run that was asked for, its lines, and how they are shown."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from typing import Any

import orjson
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from dashboards.models import Panel
from dashboards.testing.parts import Part, Run
from dashboards.testing.running import begin
from dashboards.testing.tenants import living_first, sampled
from dashboards.testing.turns import TooManyRuns
from dashboards.testing.verdict import Outcome, Verdict, worst_first
from datasources.pages.throttle import seconds_to_wait
from tenants.access import TenantRequest
from tenants.models import Tenant

MOST_SECONDS = 300.0
MOST_SECONDS_OF_A_PAGE = 25.0  # for who waits without seeing anything
WORDS = {Outcome.FAILS: "Fails", Outcome.AWAY: "Not asked", Outcome.EMPTY: "No rows", Outcome.RUNS: "Runs"}
TONES = {Outcome.FAILS: "critical", Outcome.AWAY: "unknown", Outcome.EMPTY: "warning", Outcome.RUNS: "good"}
Answers = Generator[Verdict | None]
OUTCOMES = [(outcome.value, WORDS[outcome], TONES[outcome]) for outcome in Outcome]


class Refused(Exception):
    """Nothing is run: why, and the status that says so."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


def begun(
    request: TenantRequest, parts: Sequence[Part], tenants: Sequence[Tenant], samples: Sequence[Panel], most_seconds: float
) -> Answers:
    """The answers as they come, of all tenants or of a sample by what is known of `samples`. Raises Refused."""
    wait = seconds_to_wait(request.user)
    if wait:
        raise Refused(f"Too many tests. Please wait {wait} s.", 429)
    if request.POST.get("what") == "sample":
        tenants = sampled(tenants, samples, request.tenant)
    try:
        return begin(Run(parts, living_first(tenants), most_seconds))
    except TooManyRuns as error:
        raise Refused(str(error), 429) from error


def streamed(answers: Answers) -> HttpResponseBase:
    """A line of JSON a verdict, as it comes; an empty one where nothing came for a moment, so that a reader's end shows."""
    response = StreamingHttpResponse(_lines(answers), content_type="application/x-ndjson")
    response["X-Accel-Buffering"] = "no"  # nginx would hold back what is to be seen at once
    return response


def refusal(error: Refused) -> HttpResponse:
    return HttpResponse(str(error), status=error.status, content_type="text/plain; charset=utf-8")


def whole(answers: Answers) -> list[Verdict]:
    """All of them, for who sees nothing until the last one is there."""
    with closing(answers):
        return [one for one in answers if one is not None]


def shown(found: list[Verdict]) -> list[dict[str, Any]]:
    """As lines of a page, what is wrong first."""
    return [{"one": one, "words": WORDS[one.outcome], "tone": TONES[one.outcome]} for one in sorted(found, key=worst_first)]


def told(found: list[Verdict] | None, problem: str) -> dict[str, Any]:
    """What a page says of a run: of None that there was none yet, or why there was none."""
    return {
        "found": shown(found or []),
        "runs_on": sum(one.runs for one in found or []),
        "is_through": found is not None,
        "problem": problem,
        "outcomes": OUTCOMES,
    }


def totals(found: list[Verdict]) -> str:
    """Of many lines, how many of each outcome: “Runs 12 · No rows 1”."""
    counts = [(sum(one.outcome is outcome for one in found), WORDS[outcome]) for outcome in reversed(Outcome)]
    return " · ".join(f"{words} {count:,}" for count, words in counts if count)


def _lines(answers: Answers) -> Iterator[bytes]:
    with closing(answers):
        for one in answers:
            yield (orjson.dumps(asdict(one)) if one is not None else b"") + b"\n"
