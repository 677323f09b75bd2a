"""Whether a policy lets a query name what it names: functions, types, fields and relations."""

from datasources.allowed import FIELD_FUNCTION_PREFIXES, FIELD_FUNCTIONS, FUNCTIONS, STATISTICS_VIEWS, TYPES
from datasources.errors import Lack
from datasources.guard.fields import Taken
from datasources.guard.mentions import Mention
from datasources.guard.policy import Policy
from datasources.guard.refusal import Refusal
from datasources.guard.statement import Statement


def check_names(statement: Statement, policy: Policy) -> None:
    """Raise Refusal for a function, type or field the policy does not allow."""
    unknown = [call for call in statement.functions if not _may_call(call, policy)]
    for call in unknown or (() if policy.statistics else statement.statistics):
        why = f"This query calls a function PanelDash does not allow: {call.name}."
        raise Refusal(why, f"function {call}", at=call.at)
    for kind in statement.types:
        if not kind.is_one_of(TYPES, policy.enums):
            raise Refusal("This query uses a type PanelDash does not allow.", f"type {kind}", at=kind.at)
    for field in statement.fields:
        if _may_be_a_call(field, policy):
            why = f"PostgreSQL may take this field for a call of a function: {field.name}."
            raise Refusal(why, f"field {field.name}", at=field.at)


def check_relations(statement: Statement, policy: Policy) -> None:
    """Raise Refusal for a relation the policy does not name."""
    check_tenantless_relations(statement, policy)
    for relation in statement.relations:
        if not _is_of_the_server(relation) and not _may_read(relation.parts, policy):
            raise _unreadable(relation, Lack("right" if _is_hidden(relation.parts, policy) else "table", str(relation)))


def check_tenantless_relations(statement: Statement, policy: Policy) -> None:
    """Raise Refusal for a relation that is the server's own, but for the statistics views where the policy has them."""
    for relation in statement.relations:
        if _is_of_the_server(relation) and not (policy.statistics and _is_statistics_view(relation)):
            raise _unreadable(relation)


def _may_call(call: Mention, policy: Policy) -> bool:
    if len(call.parts) == 1 and call.name in policy.shadowing_functions:
        return call.name in policy.functions
    return call.is_one_of(FUNCTIONS, policy.functions)


def _may_be_a_call(field: Taken, policy: Policy) -> bool:
    if field.name in policy.attribute_functions:
        return True
    if not field.from_plain:
        return False
    if field.name.startswith(FIELD_FUNCTION_PREFIXES) or field.name in FIELD_FUNCTIONS:
        return True
    return policy.field_functions is None or field.name in policy.field_functions


def _is_of_the_server(relation: Mention) -> bool:
    """Catalogs and all that is named like them: PostgreSQL looks for a bare `pg_…` in pg_catalog first."""
    return any(part.startswith("pg_") or part == "information_schema" for part in relation.parts)


def _is_statistics_view(relation: Mention) -> bool:
    return relation.is_one_of(STATISTICS_VIEWS, frozenset())


def _may_read(parts: tuple[str, ...], policy: Policy) -> bool:
    """A bare name means the first relation of that name on the search path, whether it may be read or not."""
    if len(parts) != 1:
        return parts in policy.relations
    for schema in policy.search_path:
        if (schema, *parts) in policy.relations:
            return True
        if (schema, *parts) in policy.hidden_relations:
            return False
    return False


def _is_hidden(parts: tuple[str, ...], policy: Policy) -> bool:
    named = [parts] if len(parts) > 1 else [(schema, *parts) for schema in policy.search_path]
    return any(one in policy.hidden_relations for one in named)


def _unreadable(relation: Mention, lack: Lack | None = None) -> Refusal:
    why = "This query reads a table that is not there or that PanelDash may not read."
    return Refusal(why, f"relation {relation}", at=relation.at, lack=lack)
