"""The text gate, and the proof that no text it lets through brings the parser down."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from datasources.guard import Policy
from datasources.guard.gate import MAX_BYTES, MAX_COMMENTS, MAX_NESTING, MAX_OPERATORS
from datasources.tests.cases import refusal
from datasources.tests.parser_stack import deepest_texts

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("kilobytes", [8_192, 4_096], ids=["as threads get", "half of it"])
def test_no_text_overflows_the_parsers_stack(kilobytes: int) -> None:
    done = subprocess.run([sys.executable, "-m", "datasources.tests.parser_stack", str(kilobytes)], cwd=ROOT, timeout=120)
    assert done.returncode == 0


@pytest.mark.parametrize("text", deepest_texts().values(), ids=deepest_texts().keys())
def test_the_deepest_text_is_answered_soon(text: str) -> None:
    assert len(text.encode()) <= MAX_BYTES
    started = time.thread_time()
    refusal(text)
    assert time.thread_time() - started < 2


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("SELECT 1\0", "NUL"),
        ("SELECT '\ud800'", "Unicode"),
        ("SELECT '" + "é" * (MAX_BYTES // 2) + "'", "too long"),
        ("SELECT 1" + "/**/" * (MAX_COMMENTS + 1), "comments"),
        ("SELECT " + "(" * (MAX_NESTING + 1) + "1" + ")" * (MAX_NESTING + 1), "nested too deeply"),
        ("SELECT 1" + "+1" * (MAX_OPERATORS + 1), "operators"),
        ("SELECT 1" + "+1" * 600, "nested too deeply"),
        ("", "no query"),
        (" \n ", "no query"),
        (";;", "no query"),
        ("-- nothing", "no query"),
    ],
)
def test_the_gate_says_why(text: str, why: str) -> None:
    assert why in refusal(text, Policy()).sentence


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1" + "/**/" * MAX_COMMENTS,
        "SELECT " + "(" * MAX_NESTING + "1" + ")" * MAX_NESTING,
        "SELECT 1" + "+1" * 400,
        "SELECT 1 WHERE " + " OR ".join(["true"] * 2_000),
        "SELECT 1 WHERE 1 IN (" + ",".join(map(str, range(3_500))) + ")",
    ],
    ids=["comments", "brackets", "sums", "conditions", "list"],
)
def test_what_is_large_but_sane_passes(text: str) -> None:
    assert refusal(text, Policy()) is None
