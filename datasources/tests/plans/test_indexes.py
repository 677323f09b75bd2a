"""Names and indexes as SQL."""

import pytest

from datasources.plans.indexes import create_index, written


def test_an_index_is_written_as_people_write_it() -> None:
    assert (
        create_index(("public", "metrics"), ["recorded_at"], is_divided=False)
        == "CREATE INDEX CONCURRENTLY ON metrics (recorded_at)"
    )
    assert create_index(("App", "t"), ["a", "b DESC"], is_divided=True) == 'CREATE INDEX ON "App".t (a, b DESC)'


@pytest.mark.parametrize(
    "name", ["order", "user", "left", "true", "Time", "a b", "1st", 'q"x', "é", "", "all", "default", "select", "x--"]
)
def test_a_name_that_would_be_read_otherwise_is_quoted(name: str) -> None:
    assert written(name) == '"' + name.replace('"', '""') + '"'


@pytest.mark.parametrize("name", ["recorded_at", "time", "name", "value", "text", "_x1", "timestamp"])
def test_other_names_stand_as_they_are(name: str) -> None:
    assert written(name) == name
