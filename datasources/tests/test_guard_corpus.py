"""The guard alone against every statement we have: attacks measured elsewhere, our own, and what analysts write."""

import pytest

from datasources.guard import check, check_statically, single_statement
from datasources.tests.cases import POLICY, measured, refusal, written

ATTACKS = measured("sql_attacks.jsonl", "rejected")
LEGITIMATE = measured("sql_benign.jsonl", "pass") + measured("sql_attacks.jsonl", "harmless") + written("more_legitimate.sql")


@pytest.mark.parametrize("sql", ATTACKS + written("more_attacks.sql"))
def test_an_attack_is_refused(sql: str) -> None:
    assert refusal(sql)


@pytest.mark.parametrize("sql", LEGITIMATE)
def test_a_legitimate_statement_passes(sql: str) -> None:
    check(sql, POLICY)
    check_statically(sql)


@pytest.mark.parametrize("sql", LEGITIMATE)
def test_the_exact_text_of_a_legitimate_statement_passes_too(sql: str) -> None:
    check(single_statement(sql), POLICY)


@pytest.mark.parametrize("sql", measured("sql_attacks.jsonl", "stopped"))
def test_a_costly_statement_gets_an_answer_at_once(sql: str) -> None:
    assert refusal(sql) is None or refusal(sql).sentence


def test_every_refusal_says_why_in_a_sentence() -> None:
    for attack in ATTACKS + written("more_attacks.sql"):
        sentence = refusal(*attack.values).sentence
        assert sentence[0].isupper()
        assert sentence.endswith(".")
