"""A folder is read whole: every refusal with file, line, path and reason, and nothing from outside the folder."""

import itertools
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.models import Event
from dashboards.as_code.definitions import Definition
from dashboards.as_code.pieces import Refused
from dashboards.as_code.reading import read_folder
from dashboards.tests.as_code.conftest import BOARD, KPI

NOTHING: dict[str, str] = {}


def read(folder: Path, environ: dict[str, str] = NOTHING, *, is_shared: bool = True) -> dict[str, Definition]:
    return {one.slug: one for one in read_folder(folder, is_shared=is_shared, environ=environ).items}


def refused(folder: Path, environ: dict[str, str] = NOTHING, **options: bool) -> list[str]:
    with pytest.raises(Refused) as error:
        read(folder, environ, **options)
    return str(error.value).splitlines()


def test_one_document_a_file_is_named_by_the_file(write: Callable) -> None:
    found = read(write({"a/answer.yaml": KPI, "board.yml": BOARD, "notes.txt": "no", ".git/x.yaml": "no: yes"}))
    assert {slug: (one.kind, str(one.place)) for slug, one in found.items()} == {
        "answer": ("panel", "a/answer.yaml:2"),
        "board": ("dashboard", "board.yml:2"),
    }


def test_many_documents_a_file_have_ids_of_their_own(write: Callable) -> None:
    found = read(write(**{"all.yaml": f"---\nid: one\n{KPI}---\nid: two\n{KPI}---\nid: three\n{BOARD}---\n"}))
    assert list(found) == ["one", "two", "three"]
    assert found["two"].place.line == 11
    assert refused(write(**{"all.yaml": f"id: one\n{KPI}---\n{KPI}"})) == [
        "all.yaml:8: id: is required in a text, and where a file holds several documents"
    ]


def test_all_that_is_wrong_is_said_at_once_with_file_line_path_and_reason(db: None, write: Callable) -> None:
    files = {
        "a.yaml": KPI.replace("unit: percent", "unit: percent, thresholds: [\n    {value: x, color: mauve}]"),
        "b.yaml": KPI.replace("SELECT 42 AS value", "DELETE FROM x"),
        "c.yaml": "dashboard:\n  name: C\n  panels:\n    - {id: x}\n    - {id: y,\n       position: {row: -1}}\n",
        "d.yaml": "panel: [",
        "e.yaml": "paneel: {}\n",
        "f_.yaml": KPI,
        "g.yaml": f"{KPI}owner: me\n",
    }
    said = refused(write(files))
    for start in (
        "a.yaml:6: display.thresholds[0].value: must be a valid number",
        "a.yaml:6: display.thresholds[0].color: ",
        "b.yaml:4: data_source.sql: ",
        "c.yaml:6: panels[1].position.row: must be greater than or equal to 0",
        "d.yaml:1: not YAML: ",
        "e.yaml:1: must hold panel: or dashboard:",
        "f_.yaml:1: id: is the file's name, which must be made of small letters",
        "g.yaml:6: owner: is not known here; known are id, shared_with, environment, panel",
    ):
        assert [line for line in said if line.startswith(start)], (start, said)


WRONG_PANEL = """\
id: Not this
panel:
  type: table
  title: Orders
  data_source:
    table: orders
    columns: [{name: id}]
    query:
      where: "1; DELETE FROM orders"
      order_by: "pg_sleep(9)"
    further:
      stock: DROP TABLE stock
  display: {pagination: none}
"""
WRONG_KPI = """\
panel:
  type: kpi
  data_source: {table: orders, columns: {value: id}, query: "WHERE id > (SELECT 1 FROM pg_shadow) LIMIT 1"}
---
panel:
  type: kpi
  title: 5 is no text
  owner: me
  data_source: {sql: "SELECT $__timeGroup(at, $__interval) FROM t WHERE $__timeFilter(at) AND id = :id"}
"""
WRONG_BOARD = """\
dashboard:
  refresh_interval: -1
  variables:
    - {name: server, kind: query, data_source: {sql: DELETE FROM servers}}
  annotations:
    - {name: typed, data_source: {sql: SELECT now() AS time}}
    - {name: deploys, data_source: {sql: "SELECT pg_read_file('x')"}}
  panels:
    - {id: a}
    - {id: a, position: {row: 9}, repeat: {variable: server}}
"""


def test_the_guards_word_stands_beside_all_else_that_is_wrong_with_a_document(db: None, write: Callable) -> None:
    said = [line.split(": ")[:2] for line in refused(write({"a.yaml": WRONG_PANEL, "aa.yaml": WRONG_KPI, "b.yaml": WRONG_BOARD}))]
    assert [(place, path) for place, path in said] == [
        ("a.yaml:1", "id"),
        ("a.yaml:9", "data_source.query.where"),
        ("a.yaml:10", "data_source.query.order_by"),
        ("a.yaml:12", "data_source.further.stock"),
        ("a.yaml:13", "display.pagination"),
        ("aa.yaml:1", "id"),
        ("aa.yaml:2", "title"),
        ("aa.yaml:3", "data_source.query"),
        ("aa.yaml:5", "id"),
        ("aa.yaml:8", "owner"),
        ("b.yaml:2", "name"),
        ("b.yaml:2", "refresh_interval"),
        ("b.yaml:4", "variables[0].data_source.sql"),
        ("b.yaml:6", "annotations[0].name"),
        ("b.yaml:7", "annotations[1].data_source.sql"),
        ("b.yaml:10", "panels[1].id"),
        ("b.yaml:10", "panels[1].repeat.variable"),
    ]


def test_each_refused_text_is_told_to_the_audit_once_with_its_place(db: None, write: Callable) -> None:
    asked = "  data_source: {sql: DELETE FROM a, further: {b: DELETE FROM b}}\n  transformations: [{join: {by: id}}]\n"
    table = f"panel:\n  type: table\n  title: T\n{asked}"
    assert len(refused(write(**{"a.yaml": table}))) == 2
    details = [event.details for event in Event.objects.filter(details__how="guard").order_by("id")]
    assert [(one["sql"], one["error"].split(": ")[0]) for one in details] == [
        ("DELETE FROM a", "data_source.sql"),
        ("DELETE FROM b", "data_source.further.b"),
    ]


def test_a_bucket_may_be_as_wide_as_a_variable_says(write: Callable) -> None:
    wide = '"SELECT $__timeGroup(at, :step) AS value FROM t WHERE $__timeFilter(at)"'
    assert "a" in read(write({"a.yaml": KPI.replace("SELECT 42 AS value", wide)}))


def test_a_fragment_that_is_not_there_is_the_only_mistake_where_it_would_stand(db: None, write: Callable) -> None:
    wrong = KPI.replace("{sql: SELECT 42 AS value}", "{include: fragments/none.yaml}").replace("unit: percent", "unit: 5")
    said = [line.split(": ")[:2] for line in refused(write(**{"a.yaml": wrong}))]
    assert said == [["a.yaml:4", "data_source.include"], ["a.yaml:5", "display.unit"]]


def test_an_id_that_stands_twice_is_named_with_both_places(write: Callable) -> None:
    said = refused(write({"a/answer.yaml": KPI, "b/answer.yaml": KPI, "c.yaml": f"id: answer\n{BOARD}"}))
    assert said == ["b/answer.yaml:2: id: the panel “answer” stands at a/answer.yaml:2 too"]


def test_a_key_that_stands_twice_is_named_with_both_lines(write: Callable) -> None:
    said = refused(write(**{"a.yaml": f"{KPI}  title: Again\n"}))
    assert said == ["a.yaml:6: not YAML: “title” stands twice, first on line 3"]


def test_a_fragment_is_laid_under_what_includes_it(write: Callable) -> None:
    files = {
        "fragments/percent.yaml": "unit: percent\ndecimals: 1\nthresholds: [{value: 80, color: critical}]\n",
        "fragments/kpi.yaml": "refresh_interval: 60\ndisplay: {include: fragments/percent.yaml, decimals: 2}\n",
        "a.yaml": "panel:\n  include: fragments/kpi.yaml\n  type: kpi\n  title: A\n  data_source: {sql: SELECT 1 AS value}\n"
        "  display: {unit: bytes}\n",
    }
    document = read(write(files))["a"].document
    assert document.refresh_interval == 60
    assert (document.display.unit, document.display.decimals, len(document.display.thresholds)) == ("bytes", 2, 1)


def test_what_is_wrong_in_a_fragment_is_named_where_it_stands(write: Callable) -> None:
    files = {
        "fragments/f.yaml": "decimals: 1\nunit: 5\nmissing: x\n",
        "a.yaml": KPI.replace("unit: percent", "include: fragments/f.yaml"),
    }
    known = "unit, decimals, thresholds, threshold_mode, mappings, min, max, reduce"
    assert f"fragments/f.yaml:3: display.missing: is not known here; known are {known}" in refused(write(files))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("fragments/none.yaml", "cannot be read: No such file"),
        ("../secret.yaml", "must be a file such as"),
        ("fragments/../a.yaml", "must be a file such as"),
        ("fragments/../../secret.yaml", "must be a file such as"),
        ("/etc/passwd", "must be a file such as"),
        ("a.yaml", "must be a file such as"),
        ("fragments/x.txt", "must be a file such as"),
        ("fragments\\\\x.yaml", "must be a file such as"),
        ("fragments/link.yaml", "leads out of the folder"),
        ("fragments/pipe.yaml", "is no file"),
        ("fragments/list.yaml", "must be one mapping"),
        ("fragments/two.yaml", "must be one mapping"),
    ],
)
def test_a_fragment_that_may_not_be_is_refused(write: Callable, tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "secret.yaml").write_text("decimals: 5\n")
    folder = write({"fragments/list.yaml": "[1]", "fragments/two.yaml": "a: 1\n---\nb: 1\n"})
    (folder / "fragments/link.yaml").symlink_to(tmp_path / "secret.yaml")
    os.mkfifo(folder / "fragments/pipe.yaml")
    [said] = refused(write(**{"a.yaml": KPI.replace("unit: percent", f'include: "{name}"')}))
    assert said.startswith("a.yaml:5: display.include: ")
    assert reason in said


def test_fragments_may_not_go_in_a_circle(write: Callable) -> None:
    files = {
        "fragments/a.yaml": "include: fragments/b.yaml\n",
        "fragments/b.yaml": "include: fragments/a.yaml\n",
        "a.yaml": KPI.replace("unit: percent", "include: fragments/a.yaml"),
    }
    [said] = refused(write(files))
    assert said == (
        "fragments/b.yaml:1: display.include: goes in a circle: fragments/a.yaml → fragments/b.yaml → fragments/a.yaml"
    )


def test_fragments_cannot_multiply_without_end(write: Callable) -> None:
    """Ten in each of ten, five deep, would be a hundred thousand."""
    names = [f"fragments/{number}.yaml" for number in range(7)]
    files = {name: f"include: [{', '.join([following] * 10)}]\n" for name, following in itertools.pairwise(names)}
    files |= {names[-1]: "decimals: 1\n", "a.yaml": KPI.replace("unit: percent", f"include: {names[0]}")}
    assert any("50 in all at most" in line for line in refused(write(files)))


def test_include_is_a_label_like_any_other_among_labels(write: Callable) -> None:
    series = "panel:\n  type: timeseries\n  title: A\n  data_source: {sql: 'SELECT now() AS time, 1 AS value'}\n"
    document = read(write(**{"a.yaml": f"{series}  display: {{colors: {{include: '#10B981'}}}}\n"}))["a"].document
    assert document.display.colors == {"include": "#10B981"}


LIMITED = """\
environment: [CPU_LIMIT, SITE]
panel:
  type: kpi
  title: CPU at ${SITE}, not $${SITE}
  data_source: {sql: "SELECT 1 AS value WHERE 1 < :limit"}
  variables: {limit: "${CPU_LIMIT}"}
  display:
    thresholds: [{value: "${CPU_LIMIT}", color: critical}]
"""


def test_declared_variables_of_the_environment_are_filled_in(write: Callable) -> None:
    document = read(write(**{"a.yaml": LIMITED}), {"CPU_LIMIT": "80", "SITE": "Paris: {x}"})["a"].document
    assert document.title == "CPU at Paris: {x}, not ${SITE}"
    assert document.variables == {"limit": "80"}
    assert document.display.thresholds[0].value == 80.0


def test_what_is_not_declared_or_not_set_is_refused(write: Callable) -> None:
    assert refused(write(**{"a.yaml": LIMITED}), {"SITE": "Paris"}) == [
        "a.yaml:6: variables.limit: the environment variable CPU_LIMIT is not set",
        "a.yaml:8: display.thresholds[0].value: the environment variable CPU_LIMIT is not set",
    ]
    undeclared = LIMITED.replace("[CPU_LIMIT, SITE]", "[CPU_LIMIT]")
    [said] = refused(write(**{"a.yaml": undeclared}), {"CPU_LIMIT": "80", "SITE": "Paris"})
    assert said.startswith("a.yaml:4: title: ${SITE} is not declared")


@pytest.mark.parametrize(
    "source",
    [
        "{sql: 'SELECT ${X} AS value'}",
        "{table: t, columns: {value: v}, query: {where: 'v < ${X}'}}",
        "{table: '${X}', columns: {value: v}}",
    ],
)
def test_nothing_of_the_environment_gets_into_sql(write: Callable, source: str) -> None:
    text = f"environment: [X]\npanel:\n  type: kpi\n  title: A\n  data_source: {source}\n"
    [said] = refused(write(**{"a.yaml": text}), {"X": "1; DROP TABLE t"})
    assert "${X} may not stand in a data source" in said


def test_text_that_looks_like_a_variable_can_stand_in_sql(write: Callable) -> None:
    text = KPI.replace("SELECT 42 AS value", "\"SELECT '$${HOME}' AS value\"")
    assert read(write(**{"a.yaml": text}), {"HOME": "/root"})["a"].document.data_source.sql == "SELECT '${HOME}' AS value"


@pytest.mark.parametrize("names", ["X", "[1]", "['a-b']", "[[X]]", "{X: 1}"])
def test_environment_must_be_names(write: Callable, names: str) -> None:
    assert any(
        "environment: must be a list of names" in line for line in refused(write(**{"a.yaml": f"environment: {names}\n{KPI}"}))
    )


@pytest.mark.parametrize("given", ["acme", "[]", "[acme, acme]", "[1]", "{acme: 1}"])
def test_shared_with_must_be_tenants(write: Callable, given: str) -> None:
    assert "shared_with: must be a list" in refused(write(**{"a.yaml": f"shared_with: {given}\n{KPI}"}))[0]


def test_a_tenants_own_is_shared_with_nobody(write: Callable) -> None:
    folder = write(**{"a.yaml": f"shared_with: [acme]\n{KPI}"})
    assert "a tenant's own is shared with nobody" in refused(folder, is_shared=False)[0]


BOMB = "a: &a [x, x, x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\npanel: *c\n"
HOSTILE = {
    "an alias bomb": (BOMB, "aliases"),
    "a merged alias": ("x: &x {type: kpi}\npanel:\n  <<: *x\n", "aliases"),
    "a merge": ("panel:\n  <<: {type: kpi}\n", "“<<” is not for this"),
    "a python tag": ("panel: !!python/object/apply:os.system ['touch /tmp/owned']\n", "tags"),
    "a tag of its own": ("panel: !include /etc/passwd\n", "tags"),
    "depth": ("panel: " + "[" * 5_000 + "]" * 5_000, "nested too deep"),
    "depth in blocks": ("panel:\n" + "".join(" " * n + "a:\n" for n in range(1, 200)), "nested too deep"),
    "a list as key": ("panel: {[1, 2]: x}\n", "must be one word"),
    "a control character": ("panel: {title: 'a\x07b'}\n", "U+0007"),
    "half a pair of surrogates": ('panel: {title: "\\ud800"}\n', "broken ones are not allowed"),
    "a huge number": (f"panel: {{refresh_interval: {'9' * 5_000}}}\n", "not YAML"),
    "no date": ("panel: {title: 2026-99-99}\n", "not YAML"),
    "prototype pollution": ('panel: {"__proto__": {"x": 1}, type: kpi}\n', "a key may not be"),
    "another encoding": ("panel: {title: caf\xe9}\n".encode("latin-1"), "is not UTF-8"),
    "too much": ("panel: {title: '" + "x" * 500_001 + "'}\n", "more than 500,000 bytes"),
    "a list": ("- 1\n", "must hold panel: or dashboard:"),
    "both": (f"{KPI}{BOARD}", "one of them"),
    "a text": ("panel: hello\n", "a panel is a mapping"),
    "a dashboard of numbers": ("dashboard: 5\n", "a dashboard is a mapping"),
    "an id with a path": (f"id: ../../etc/passwd\n{KPI}", "id: must be small letters"),
}


@pytest.mark.parametrize(("text", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_refused_with_a_reason(write: Callable, text: str | bytes, reason: str) -> None:
    folder = write()
    (folder / "a.yaml").write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    [said, *_] = refused(folder)
    assert said.startswith("a.yaml:")
    assert reason in said
    assert not Path("/tmp/owned").exists()


def test_links_may_not_lead_out_of_the_folder(write: Callable, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(KPI)
    (tmp_path / "elsewhere").mkdir()
    folder = write(**{"real.yaml": KPI})
    (folder / "inside.yaml").symlink_to(folder / "real.yaml")
    assert set(read(folder)) == {"real", "inside"}
    (folder / "outside.yaml").symlink_to(tmp_path / "secret.yaml")
    assert refused(folder) == ["outside.yaml:1: leads out of the folder"]
    (folder / "linked").symlink_to(tmp_path / "elsewhere")
    assert refused(folder) == ["linked:1: is a link to a folder, which is not followed"]


def test_a_pipe_keeps_nobody_waiting(write: Callable) -> None:
    os.mkfifo(write() / "a.yaml")
    assert refused(write()) == ["a.yaml:1: is no file"]


def test_a_folder_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    assert refused(tmp_path / "none") == [f"{tmp_path}/none:1: there is no such folder"]
