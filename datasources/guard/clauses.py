"""`WHERE … ORDER BY … LIMIT n`, as a KPI's query may be written, taken apart into its three pieces."""

import re
from typing import Any, NamedTuple

from datasources.guard.expressions import check_expression, check_order
from datasources.guard.parser import single_select
from datasources.guard.refusal import Refusal
from datasources.guard.tree import Fields, only

_SELECT = "SELECT 1 FROM t\n"
_KEYWORDS = {"limitCount": r"\blimit\b", "sortClause": r"\border\s+by\b", "whereClause": r"\bwhere\b"}
_FRAME = frozenset({"targetList", "fromClause", "limitOption", "op"})
_MOST_TRIES = 20
_VARIABLE = re.compile(
    r"""'(?:[^']|'')*' | "[^"]*" | --[^\n]* | /\*.*?\*/ | ::
      | \$(?P<tag>(?:[A-Za-z_]\w*)?)\$.*?\$(?P=tag)\$
      | (?P<variable> :[A-Za-z_]\w* | (?<![\w$])\$(?:\{\w+(?::\w*)?\}|[A-Za-z_]\w*) )
    """,
    re.DOTALL | re.VERBOSE,
)

Clauses = dict[str, Any]


class KpiClauses(NamedTuple):
    """The pieces without their keywords; empty, or None, where there is none."""

    where: str
    order_by: str
    limit: int | None


def split_kpi_query(text: str) -> KpiClauses:
    """Take apart `WHERE … ORDER BY … LIMIT n`, each part optional. `:name` variables may stand in it.

    Raises QueryRefused unless the parts are plain expressions (see check_expression, check_order) and a whole number.
    """
    masked = _VARIABLE.sub(_as_parameter, text)
    try:
        clauses = _clauses(masked)
        limit = _limit(clauses)
        limit_at, _ = _place(masked, clauses, "limitCount")
        order_at, order_from = _place(masked[:limit_at], clauses, "sortClause")
        _, where_from = _place(masked[:order_at], clauses, "whereClause")
    except Refusal as refusal:
        raise refusal.answer(text, before=len(_SELECT)) from None
    if "whereClause" in clauses:
        check_expression(masked[where_from:order_at], allow_parameters=True)
    if "sortClause" in clauses:
        check_order(masked[order_from:limit_at], allow_parameters=True)
    return KpiClauses(text[where_from:order_at].strip(), text[order_from:limit_at].strip(), limit)


def _as_parameter(match: re.Match[str]) -> str:
    """A variable as a parameter of the same length, so that places in the text stay what they are."""
    found = match.group()
    return "$1".ljust(len(found)) if match["variable"] else found


def _clauses(text: str) -> Clauses:
    """The clauses a text adds to a bare SELECT. Raises Refusal when it adds others than WHERE, ORDER BY and LIMIT."""
    _, select = single_select(_SELECT + text)
    plain = set(select) - set(_KEYWORDS) == _FRAME and select["op"] == "SETOP_NONE"
    if not plain or len(select["fromClause"]) > 1 or not _is_bare_table(select["fromClause"][0]):
        raise Refusal("Only WHERE, ORDER BY and LIMIT may stand here.")
    return {clause: select[clause] for clause in _KEYWORDS if clause in select}


def _is_bare_table(item: Fields) -> bool:
    """Whether the FROM is still what stood before the text: no alias, join or sample added."""
    kind, fields = only(item)
    return kind == "RangeVar" and "alias" not in fields


def _limit(clauses: Clauses) -> int | None:
    if "limitCount" not in clauses:
        return None
    constant = clauses["limitCount"].get("A_Const", {})
    if "ival" not in constant:
        raise Refusal("LIMIT takes a whole number here.", at=constant.get("location", -1))
    return int(constant["ival"].get("ival", 0))


def _place(text: str, clauses: Clauses, clause: str) -> tuple[int, int]:
    """Where a clause's keyword begins and ends; the text's end where there is none.

    The word may stand in a string or comment too: it is the keyword if the text before it parses to the clauses before.
    """
    if clause not in clauses:
        return len(text), len(text)
    order = list(_KEYWORDS)
    before = {name: clauses[name] for name in order[order.index(clause) + 1 :] if name in clauses}
    words = list(re.finditer(_KEYWORDS[clause], text, re.IGNORECASE))
    for word in reversed(words[-_MOST_TRIES:]):
        if _parses_to(text[: word.start()], before):
            return word.span()
    raise Refusal("Write this as WHERE … ORDER BY … LIMIT n.")


def _parses_to(text: str, clauses: Clauses) -> bool:
    try:
        return _clauses(text) == clauses
    except Refusal:
        return False
