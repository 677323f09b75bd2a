"""PostgreSQL's own parser: libpg_query (BSD-3), by ctypes from the shared library that the postgast wheel carries.

postgast itself is never imported: its decoding fails at some 45 nested nodes.
"""

import ctypes
import importlib.util
from pathlib import Path
from typing import Any

import orjson

from datasources.guard.gate import admit
from datasources.guard.refusal import Refusal


class _Error(ctypes.Structure):
    _fields_ = [
        ("message", ctypes.c_char_p),
        ("funcname", ctypes.c_char_p),
        ("filename", ctypes.c_char_p),
        ("lineno", ctypes.c_int),
        ("cursorpos", ctypes.c_int),
        ("context", ctypes.c_char_p),
    ]


class _Parsed(ctypes.Structure):
    _fields_ = [("tree", ctypes.c_char_p), ("stderr", ctypes.c_char_p), ("error", ctypes.POINTER(_Error))]


def _load_library() -> ctypes.CDLL:
    spec = importlib.util.find_spec("postgast")
    folders = spec.submodule_search_locations if spec else None
    found = [
        file for folder in folders or () for file in Path(folder).glob("*pg_query.*") if file.suffix in {".so", ".dylib", ".dll"}
    ]
    if not found:
        raise ImportError("The SQL parser is missing: install the requirements (postgast carries libpg_query).")
    library = ctypes.CDLL(str(found[0]))  # CDLL releases the GIL while parsing
    library.pg_query_parse.argtypes = [ctypes.c_char_p]
    library.pg_query_parse.restype = _Parsed
    library.pg_query_free_parse_result.argtypes = [_Parsed]
    library.pg_query_free_parse_result.restype = None
    return library


_LIBRARY = _load_library()


def parse(text: str) -> list[dict[str, Any]]:
    """The statements of a text, each `{"stmt": {kind: fields}, "stmt_location", "stmt_len"}`; offsets are in bytes.

    Raises Refusal when the gate or the parser refuses the text, or when the tree is deeper than 1,024 levels of JSON.
    """
    parsed = _LIBRARY.pg_query_parse(admit(text))
    try:
        if parsed.error:
            raise _syntax_error(text, parsed.error.contents)
        statements: list[dict[str, Any]] = orjson.loads(parsed.tree).get("stmts", [])
    except orjson.JSONDecodeError as error:  # orjson stops at a depth of its own, before any recursion can run out
        raise Refusal("This query is nested too deeply: shorten its longest chain of operators.") from error
    finally:
        _LIBRARY.pg_query_free_parse_result(parsed)
    return statements


def single_select(text: str) -> tuple[str, dict[str, Any]]:
    """The one SELECT of a text: its exact text, without a semicolon and what follows, and its fields.

    Raises Refusal for no statement, several, or another kind.
    """
    statements = parse(text)
    if not statements:
        raise Refusal("There is no query here.")
    if len(statements) > 1:
        raise Refusal("Only one query may stand here.", "a second statement", at=statements[1].get("stmt_location", -1))
    statement = statements[0]
    kind = next(iter(statement["stmt"]))
    if kind != "SelectStmt":
        raise Refusal("Only SELECT queries run here.", f"this is a {kind}", at=statement.get("stmt_location", 0))
    return _slice(text, statement.get("stmt_location", 0), statement.get("stmt_len", 0)), statement["stmt"][kind]


def _slice(text: str, start: int, length: int) -> str:
    """PostgreSQL counts in bytes; a length of 0 means all the rest."""
    encoded = text.encode()
    return (encoded[start : start + length] if length else encoded[start:]).decode()


def _syntax_error(text: str, error: _Error) -> Refusal:
    before = text[: error.cursorpos - 1] if error.cursorpos else ""
    return Refusal(
        "This query is not valid SQL.",
        error.message.decode("utf-8", "replace"),
        at=len(before.encode()) if error.cursorpos else -1,
    )
