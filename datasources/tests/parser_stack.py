"""The deepest texts of 20,000 bytes, parsed in a thread with a given stack; test_guard_gate runs it as a process.

`python -m datasources.tests.parser_stack KILOBYTES` ends with status 0 unless the parser overflows the stack.
"""

import contextlib
import sys
import threading

from datasources.errors import QueryRefused
from datasources.guard import Policy, check, gate, parser
from datasources.guard.gate import MAX_BYTES

_NESTED = {  # what is repeated, what ends it, what closes each
    "plus": ("1+", "1", ""),
    "power": ("a^", "a", ""),
    "concatenation": ("a||", "a", ""),
    "minus": ("- ", "1", ""),
    "not": ("NOT ", "a", ""),
    "or": ("a OR ", "a", ""),
    "and not": ("a AND NOT ", "a", ""),
    "cast": ("a", "::t", ""),
    "brackets": ("(", "1", ")"),
    "negated brackets": ("-(", "1", ")"),
    "calls": ("f(", "1", ")"),
    "case": ("CASE WHEN a THEN a ELSE ", "a", " END"),
    "sub-queries": ("(SELECT ", "1", ")"),
    "exists": ("EXISTS(SELECT ", "1", ")"),
    "arrays": ("ARRAY[", "1", "]"),
    "in": ("a IN (", "1", ")"),
    "list": ("1,", "1", ""),
    "json": ("JSON_OBJECT(1:", "1", ")"),
    "filters": ("f()FILTER(WHERE ", "a", ")"),
    "windows": ("f()OVER(ORDER BY ", "a", ")"),
}
_CHAINS = {  # a start, and what follows it again and again
    "columns": ("SELECT a", ".a"),
    "subscripts": ("SELECT a", "[1]"),
    "casts": ("SELECT a", "::t"),
    "arrows": ("SELECT a", "->'a'"),
    "time zones": ("SELECT a", " AT LOCAL"),
    "collations": ("SELECT a", " COLLATE b"),
    "null tests": ("SELECT a", " ISNULL"),
    "unions": ("TABLE a", " UNION TABLE a"),
    "empty unions": ("SELECT", " UNION SELECT"),
    "joins": ("SELECT 1 FROM a", " NATURAL JOIN a"),
    "statements": ("SELECT 1", ";SELECT 1"),
    "array brackets": ("SELECT ARRAY", "["),
    "comments": ("SELECT 1", "/*"),
}


def deepest_texts() -> dict[str, str]:
    """Texts as long as the gate lets through, each nested as deep as its kind of syntax can be."""
    texts = {}
    for name, (unit, end, close) in _NESTED.items():
        times = (MAX_BYTES - len("SELECT ") - len(end)) // len(unit + close)
        texts[name] = "SELECT " + unit * times + end + close * times
    for name, (start, unit) in _CHAINS.items():
        texts[name] = start + unit * ((MAX_BYTES - len(start)) // len(unit))
    in_from = (MAX_BYTES - 2 * len("SELECT 1 ")) // len("FROM (SELECT 1 )")
    texts["from"] = "SELECT 1 " + "FROM (SELECT 1 " * in_from + ")" * in_from
    within = (MAX_BYTES - len("TABLE a")) // len("WITH a AS ()TABLE a")
    texts["with"] = "WITH a AS (" * within + "TABLE a" + ")TABLE a" * within
    texts["brackets hidden by strings"] = "SELECT " + "((((((')))))'||" * ((MAX_BYTES - 100) // 15)
    return texts


def parse_all() -> None:
    for text in deepest_texts().values():
        for admit in (gate.admit, str.encode):  # with the gate, and as if there were none
            parser.admit = admit
            with contextlib.suppress(QueryRefused):
                check(text, Policy())


if __name__ == "__main__":
    threading.stack_size(int(sys.argv[1]) * 1_024)
    thread = threading.Thread(target=parse_all)
    thread.start()
    thread.join()
