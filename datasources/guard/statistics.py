"""The few calls on a server's own figures that the platform's panels may make, each in one exact form."""

from datasources.allowed import STATISTICS_VIEWS
from datasources.guard.builders import called
from datasources.guard.tree import Fields, Node, names, only

_SIZE_OF = "relid"
_PLAIN = frozenset({"funcname", "args", "funcformat", "location"})
_NAMING = ("aliasname", "ctename", "colname", "search_seq_column", "cycle_mark_column", "cycle_path_column")


def statistics_calls(nodes: list[Node], relations: list[Node]) -> frozenset[int]:
    """Indexes of current_database(), pg_database_size(current_database()), pg_total_relation_size(relid of a view)."""
    relid_is_known = _relid_is_a_views(nodes, relations)
    calls = [(index, node.fields) for index, node in enumerate(nodes) if node.kind == "FuncCall"]
    return frozenset(index for index, call in calls if _is_allowed(call, relid_is_known=relid_is_known))


def _is_allowed(call: Fields, *, relid_is_known: bool) -> bool:
    name, arguments = called(call), call.get("args", [])
    if not _is_plain(call):
        return False
    if name == "current_database":
        return not arguments
    if name == "pg_database_size":
        return len(arguments) == 1 and _is_this_database(arguments[0])
    return name == "pg_total_relation_size" and relid_is_known and len(arguments) == 1 and _names_relid(arguments[0])


def _is_plain(call: Fields) -> bool:
    return names(call["funcname"])[:-1] in {(), ("pg_catalog",)} and set(call) <= _PLAIN


def _is_this_database(argument: Fields) -> bool:
    kind, call = only(argument)
    return kind == "FuncCall" and _is_plain(call) and called(call) == "current_database" and not call.get("args")


def _names_relid(expression: Fields) -> bool:
    kind, fields = only(expression)
    return kind == "ColumnRef" and names(fields["fields"])[-1] == _SIZE_OF


def _relid_is_a_views(nodes: list[Node], relations: list[Node]) -> bool:
    """Whether `relid` can only be a column of the statistics views: nothing else is read, nothing else is named so."""
    only_views = all(node.fields["relname"] in STATISTICS_VIEWS for node in relations)
    return only_views and not any(_names_something_relid(node) for node in nodes)


def _names_something_relid(node: Node) -> bool:
    if node.kind == "ResTarget":
        return _is_called_relid(node.fields)
    lists = names(node.fields.get("colnames", [])) + names(node.fields.get("aliascolnames", []))
    return _SIZE_OF in lists or any(node.fields.get(field) == _SIZE_OF for field in _NAMING)


def _is_called_relid(target: Fields) -> bool:
    """Whether an output column that is not relid itself may be called so: CASE and casts borrow a name from inside."""
    kind, value = only(target["val"])
    while kind in {"TypeCast", "CollateClause"}:
        kind, value = only(value["arg"])
    if kind == "ColumnRef" or "name" in target:
        return target.get("name") == _SIZE_OF and not _names_relid(target["val"])
    return kind in {"CaseExpr", "A_Indirection", "SubLink"}
