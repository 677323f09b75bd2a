"""`panels schema`: what editors are told of the files agrees with what apply takes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from dashboards.as_code.schema import schema
from dashboards.tests.as_code.conftest import BOARD, KPI
from dashboards.tests.as_code.test_definitions import LIMITED

DEMO = Path(__file__).parents[3] / "demo"
HEALTH = """\
id: health
shared_with: [acme]
panel:
  type: health_status
  title: Health
  data_source: {table: s, columns: {service_name: n, status_value: v}, query: "WHERE a = 1 ORDER BY b LIMIT 5"}
  display: {status_mapping: {0: {label: good, color: good}}}
"""
INCLUDED = "panel:\n  include: [fragments/kpi.yaml]\n  title: A\n  display: {include: fragments/percent.yaml}\n"
WRONG = {
    "an unknown type": KPI.replace("kpi", "speech"),
    "no type": KPI.replace("  type: kpi\n", ""),
    "an unknown key": KPI.replace("unit: percent", "unitt: percent"),
    "a key of another type": KPI.replace("unit: percent", "stacked: true"),
    "no title": KPI.replace("  title: Answer\n", ""),
    "a wrong number": KPI.replace("unit: percent", "decimals: many"),
    "both": f"{KPI}{BOARD}",
    "neither": "environment: [X]\n",
    "a placement too wide": BOARD.replace("width: 6", "width: 13"),
    "an include among labels": LIMITED.replace("{limit:", "{include: x, limit:").replace("variables", "drill"),
}  # fmt: skip


@pytest.fixture(scope="module")
def is_valid() -> Callable[[str], bool]:
    validator = jsonschema_rs.validator_for(schema())
    return lambda text: validator.is_valid(json.loads(json.dumps(yaml.safe_load(text))))


def test_the_command_prints_it(panels: Callable[..., str]) -> None:
    assert json.loads(panels("schema")) == schema()
    jsonschema_rs.meta.validate(schema())


@pytest.mark.parametrize("text", [KPI, BOARD, LIMITED, HEALTH, INCLUDED])
def test_what_apply_takes_is_valid(is_valid: Callable[[str], bool], text: str) -> None:
    assert is_valid(text)


@pytest.mark.parametrize("path", sorted(DEMO.rglob("*.yaml")), ids=lambda path: path.stem)
def test_the_demos_files_are_valid(is_valid: Callable[[str], bool], path: Path) -> None:
    assert is_valid(path.read_text())


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_what_apply_refuses_is_not(is_valid: Callable[[str], bool], text: str) -> None:
    assert not is_valid(text)


def test_a_data_source_takes_nothing_of_the_environment(is_valid: Callable[[str], bool]) -> None:
    text = KPI.replace("{sql: SELECT 42 AS value}", "{table: t, columns: {value: v}, query: {limit: '${X}'}}")
    assert not is_valid(text)


def test_everything_that_is_named_is_there() -> None:
    def names(entry: Any) -> set[str]:
        if isinstance(entry, dict):
            own = {entry["$ref"]} if isinstance(entry.get("$ref"), str) else set()
            return own.union(*map(names, entry.values()))
        return set().union(*map(names, entry)) if isinstance(entry, list) else set()

    whole = schema()
    assert names(whole) <= {f"#/$defs/{name}" for name in whole["$defs"]}
