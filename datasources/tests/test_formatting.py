"""SQL laid out anew means the same, and reads better."""

import pytest

from datasources.compile.formatting import formatted
from datasources.errors import QueryRefused
from datasources.tests.cases import measured, written

CHART = """\
select $__timeGroup(at,'5m',0), host,avg(load) as value from metrics m left  outer join hosts h on h.id=m.host_id
where $__timeFilter(at) and m.host = :host and x between 1 and-2 and y in (${names:csv}) -- note
and z = '$__interval' and (a or b) group by 1,2 having count(*)>3 order by 1 desc nulls last"""
CHART_LAID_OUT = """\
SELECT $__timeGroup(at, '5m', 0), host, avg(load) AS value
FROM metrics m
LEFT OUTER JOIN hosts h ON h.id = m.host_id
WHERE $__timeFilter(at)
  AND m.host = :host
  AND x BETWEEN 1 AND -2
  AND y IN (${names:csv}) -- note
  AND z = '$__interval'
  AND (a OR b)
GROUP BY 1, 2
HAVING count(*) > 3
ORDER BY 1 DESC NULLS LAST"""
NESTED = (
    "with a as (select 1 as n), b as (select n from a where n in (select n from a)) select count(*) filter (where n>1) from b"
)
NESTED_LAID_OUT = """\
WITH a AS (
  SELECT 1 AS n
),
b AS (
  SELECT n
  FROM a
  WHERE n IN (
    SELECT n
    FROM a
  )
)
SELECT count(*) FILTER (WHERE n > 1)
FROM b"""


@pytest.mark.parametrize(("text", "laid_out"), [(CHART, CHART_LAID_OUT), (NESTED, NESTED_LAID_OUT), ("select 1;", "SELECT 1;")])
def test_a_clause_has_a_line_and_keywords_are_capitals(text: str, laid_out: str) -> None:
    assert formatted(text) == laid_out


@pytest.mark.parametrize("text", [CHART, NESTED, "SELECT 'select  x', \"from\", $$ where $$ -- from\n, 1 /* or */"])
def test_what_is_laid_out_stays_as_it_is(text: str) -> None:
    laid_out = formatted(text)
    assert formatted(laid_out) == laid_out


def test_a_long_list_has_an_item_a_line() -> None:
    columns = [f"a_rather_long_column_{number}" for number in range(5)]
    assert formatted(f"SELECT {','.join(columns)} FROM t").splitlines() == [
        f"SELECT {columns[0]},",
        *(f"  {column}," for column in columns[1:-1]),
        f"  {columns[-1]}",
        "FROM t",
    ]


@pytest.mark.parametrize("text", [*measured("sql_benign.jsonl", "accepted", "allow", "ok"), *written("more_legitimate.sql")])
def test_a_statement_means_the_same_or_stays_as_it_was(text: str) -> None:
    """Raising is right too: `formatted` asks the parser, and would rather do nothing."""
    assert formatted(text)


@pytest.mark.parametrize("text", ["", "SELECT FROM WHERE", "DROP TABLE t", "SELECT 1; SELECT 2", "SELECT ("])
def test_what_is_no_query_is_refused(text: str) -> None:
    with pytest.raises(QueryRefused):
        formatted(text)
