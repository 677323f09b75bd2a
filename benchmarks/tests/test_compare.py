"""Two runs beside each other."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.circumstances import circumstances
from benchmarks.compare import compare, main, verdict
from benchmarks.report import Figure
from benchmarks.timing import Timing


def figure(value: float, unit: str = "ms", **facts: Any) -> dict[str, Any]:
    return {"group": "panels", "name": "KPI", "value": value, "unit": unit, **facts}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (figure(10, spread=[9, 11]), figure(8, spread=[7, 8.9]), "better"),
        (figure(10, spread=[9, 11]), figure(12, spread=[11.1, 13]), "worse"),
        (figure(10, spread=[9, 11]), figure(8, spread=[7, 9]), ""),
        (figure(10, "req/s", spread=[9, 11]), figure(12, "req/s", spread=[11.1, 13]), "better"),
        (figure(40, spread=[39, 41]), figure(60, spread=[59, 61], at_least=True), "better"),
        (figure(10), figure(11), ""),
        (figure(10), figure(13), "worse"),
        (figure(0), figure(0), ""),
    ],
)
def test_only_what_leaves_the_spread_is_better_or_worse(old: dict[str, Any], new: dict[str, Any], said: str) -> None:
    assert verdict(old, new) == said


def test_a_line_has_both_figures_their_ratio_and_that_of_the_floors() -> None:
    *_, line = compare({"figures": [figure(10, floor=2)]}, {"figures": [figure(15, floor=3)]})
    assert line.split() == ["KPI", "10.00", "15.00", "1.50", "1.50", "ms", "worse"]


def test_a_figure_of_one_run_alone_is_named() -> None:
    *_, new, old = compare({"figures": [figure(1)]}, {"figures": [figure(2) | {"name": "new"}]})
    assert new.endswith("only in B")
    assert old.endswith("only in A")


def test_a_file_without_results_is_one_line(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text("[]")
    for arguments, said in (
        ([], "Two results"),
        ([str(wrong), str(wrong)], "holds no results"),
        (["/no", "/no"], "cannot be read"),
    ):
        with pytest.raises(SystemExit, match=said):
            main(arguments)


def test_results_name_commit_and_machine() -> None:
    found = json.loads(json.dumps(circumstances()))
    assert found["cores"] >= 1
    assert {"made_at", "commit", "python", "psycopg", "machine", "memory_gib"} <= found.keys()


def test_a_median_is_printed_with_its_spread() -> None:
    timing = Timing((1.0, 2.0, 3.0, 4.0, 5.0))
    assert timing.spread == (2.0, 4.0)
    assert "2.00–4.00" in Figure("panels", "KPI", timing.median, "ms", spread=timing.spread).line()


@pytest.mark.parametrize(
    ("value", "at_least", "said"),
    [(3, False, "reached"), (5, False, "missed by 1.00"), (3, True, "missed by 1.00"), (5, True, "reached")],
)
def test_a_target_is_the_most_or_the_least(value: float, at_least: bool, said: str) -> None:
    assert Figure("panels", "KPI", value, "%", target=4, at_least=at_least).verdict == said
