"""Malicious pieces spliced into legitimate statements, at every kind of place, with odd white space: none may pass."""

import random
import re

import pytest

from datasources.guard import check
from datasources.tests.cases import POLICY, measured, refusal, written

EXPRESSIONS = [
    "pg_sleep(60)",
    "pg_catalog.pg_sleep(60)",
    'U&"\\0070g_sleep"(60)',
    "\"pg_read_file\"('/etc/passwd')",
    "current_setting('data_directory')",
    "set_config('work_mem', '1GB', false)",
    "sales.leak()",
    "version()",
    "pg_size_pretty(pg_database_size('postgres'))",
    "lo_import('/etc/passwd')",
    "dblink('host=127.0.0.1', 'SELECT 1')",
    "query_to_xml('SELECT 1', true, false, '')",
    "nextval('sales.seq')",
    "txid_current()",
    "'pg_authid'::regclass",
    "CAST('postgres' AS pg_catalog.regrole)",
    "(1)::sales.dom",
    "1 OPERATOR(sales.|+|) 2",
    "(60).pg_sleep",
    "('port'::text).current_setting",
    "(SELECT rolname FROM pg_roles LIMIT 1)",
    "(SELECT pay FROM hr.salaries)",
    "EXISTS (SELECT FROM pg_catalog.pg_authid)",
    "ARRAY(SELECT usename FROM pg_user)",
    "(WITH x AS (DELETE FROM sales.canary RETURNING id) SELECT id FROM x)",
    "(SELECT id FROM sales.canary FOR UPDATE)",
    "(SELECT f.pg_sleep FROM generate_series(60, 60) f)",
    "(SELECT leak_row(c) FROM sales.customers c)",
    "xmlelement(name x)",
    "repeat('x', 1000000000)",
]
RELATIONS = [
    "pg_roles",
    "pg_catalog.pg_class",
    "hr.salaries",
    "information_schema.tables",
    "pg_stat_activity",
    '"pg_shadow"',
    'U&"\\0070g_authid"',
    "pg_ls_dir('/')",
    "ROWS FROM (pg_sleep(60), generate_series(1, 2))",
    "(SELECT * FROM pg_database)",
    "(VALUES (pg_sleep(60)))",
    "LATERAL (TABLE pg_user)",
]
PLACES = [
    "SELECT {0}",
    "SELECT 1 WHERE {0} IS NOT NULL",
    "SELECT id FROM sales.orders ORDER BY {0}",
    "SELECT count(*) FROM sales.orders GROUP BY {0}",
    "SELECT count(*) FROM sales.orders HAVING {0} IS NULL",
    "SELECT sum(id) OVER (PARTITION BY {0}) FROM sales.orders",
    "SELECT count(*) FILTER (WHERE {0} IS NULL) FROM sales.orders",
    "SELECT CASE WHEN true THEN 1 ELSE length(({0})::text) END",
    "SELECT coalesce(NULL, ({0})::text), ARRAY[{0}], ROW({0}, 1)",
    "WITH x AS (SELECT {0} AS a) SELECT * FROM x",
    "SELECT * FROM (VALUES (1), (length(({0})::text))) v",
    "SELECT * FROM sales.orders o JOIN sales.customers c ON {0} IS NULL",
    "SELECT * FROM unnest(ARRAY[{0}]) u",
    "SELECT 1 UNION ALL SELECT length(({0})::text)",
    "SELECT (ARRAY[1, 2])[length(({0})::text)]",
    "SELECT 'x' IN (({0})::text), 'x' LIKE ({0})::text, 1 BETWEEN 0 AND length(({0})::text)",
]
SPACES = [" ", "\n", "\t", "\r\n", " /* x */ ", " /* /* ; */ */ ", " -- x\n", "\f"]
SOURCES = [case.values[0] for case in measured("sql_benign.jsonl", "pass") + written("more_legitimate.sql")]
TOKEN = re.compile(
    r"""U&"[^"]*"|[EUBXNeubxn]?&?'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/|\$\w*\$.*?\$\w*\$|\w+|\s+|.""",
    re.DOTALL,
)


def spliced(statement: str, chance: random.Random) -> str:
    """The statement with a number or text replaced by an expression, or with one more relation in a FROM list."""
    tokens = TOKEN.findall(statement)
    numbers = [place for place, token in enumerate(tokens) if re.fullmatch(r"\d+|'[^']*'", token)]
    froms = [place for place, token in enumerate(tokens) if token.upper() == "FROM" and _begins_a_list(tokens[:place])]
    space = chance.choice(SPACES)
    if froms and (not numbers or chance.random() < 0.4):
        place = chance.choice(froms)
        tokens[place] = f"{tokens[place]}{space}{chance.choice(RELATIONS)}{space}AS zz,"
    elif numbers:
        tokens[chance.choice(numbers)] = f"{space}{chance.choice(EXPRESSIONS)}{space}"
    else:
        tokens.append(f"{space}LIMIT{space}{chance.choice(EXPRESSIONS)}")
    return "".join(tokens)


def _begins_a_list(before: list[str]) -> bool:
    """What follows IS DISTINCT FROM is a column, whatever it is called."""
    return "".join(before).split()[-1].upper() != "DISTINCT"


@pytest.mark.parametrize("seed", range(20))
def test_no_mutant_passes(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(50):
        mutant = spliced(chance.choice(SOURCES), chance)
        assert refusal(mutant), mutant


def test_the_mutants_are_mostly_valid_sql() -> None:
    """Else they would be refused for their syntax and prove nothing."""
    chance = random.Random(7)
    mutants = [spliced(chance.choice(SOURCES), chance) for _ in range(300)]
    valid = [mutant for mutant in mutants if refusal(mutant).sentence != "This query is not valid SQL."]
    assert len(valid) > 180


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize("place", PLACES)
def test_no_expression_passes_at_any_place(expression: str, place: str) -> None:
    refused = refusal(place.format(expression))
    assert refused
    assert refused.sentence != "This query is not valid SQL."


def test_a_clean_expression_passes_at_the_same_places() -> None:
    for place in PLACES:
        check(place.format("abs(5)"), POLICY)
