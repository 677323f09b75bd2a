"""What a migration may do while the version before still serves: add what it need not know, and take nothing away."""

import re
from collections.abc import Iterator

from django.db import migrations, models
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import NOT_PROVIDED

TAKEN_AWAY = (
    migrations.RemoveField,
    migrations.DeleteModel,
    migrations.RenameField,
    migrations.RenameModel,
    migrations.AlterModelTable,
)
TAKING_SQL = re.compile(
    r"\b(DROP|RENAME|TRUNCATE)\b|\bSET\s+NOT\s+NULL\b|\bALTER\s+(COLUMN\s+)?\S+\s+(SET\s+DATA\s+)?TYPE\b", re.I
)


def troubles(migration: Migration, before: ProjectState) -> list[str]:
    """What of it the version before would stumble over. `before` is the state it is applied to, and is left as it was."""
    state, new = before.clone(), set[tuple[str, str]]()
    found: list[str] = []
    for operation in migration.operations:
        found += [f"{migration}: {trouble}" for trouble in _troubles(operation, state, new, migration.app_label)]
        operation.state_forwards(migration.app_label, state)
        new |= _made_by(operation)
    return found


def one_way(migration: Migration) -> list[str]:
    return [
        f"{migration}: {operation.describe()} has no way back" for operation in migration.operations if not operation.reversible
    ]


def _troubles(operation: Operation, state: ProjectState, new: set[tuple[str, str]], app: str) -> Iterator[str]:
    match operation:
        case migrations.AddField() if (operation.model_name_lower, "*") not in new and _must_be_given(operation.field):
            yield f"{operation.name} must be given by who inserts: null=True or db_default="
        case migrations.AlterField():
            old = state.models[app, operation.model_name_lower].fields[operation.name]
            yield from _narrower(operation.name, old, operation.field)
        case migrations.AddConstraint() if (
            not _columns(operation.constraint) <= {name for model, name in new if model == operation.model_name_lower}
            and (operation.model_name_lower, "*") not in new
        ):
            yield f"{operation.constraint.name} binds what the version before writes"
        case migrations.RunSQL() if TAKING_SQL.search(str(operation.sql)):
            yield "its SQL takes something away"
        case _ if isinstance(operation, TAKEN_AWAY):
            yield f"{operation.describe()}: the version before uses it"


def _must_be_given(field: models.Field) -> bool:
    return not (field.many_to_many or field.null or field.has_db_default() or field.generated)


def _narrower(name: str, old: models.Field, new: models.Field) -> Iterator[str]:
    if old.get_internal_type() != new.get_internal_type():
        yield f"{name} becomes another type"
    if old.null and not new.null:
        yield f"{name} may be null for the version before"
    if (new.max_length or 10**9) < (old.max_length or 10**9):
        yield f"{name} becomes shorter"
    if old.db_default is not NOT_PROVIDED and new.db_default is NOT_PROVIDED and _must_be_given(new):
        yield f"{name} loses the default the version before relies on"


def _columns(constraint: models.BaseConstraint) -> set[str]:
    condition = getattr(constraint, "condition", None)
    named = condition.referenced_base_fields if condition is not None else set()
    return set(named) | set(getattr(constraint, "fields", ()))


def _made_by(operation: Operation) -> set[tuple[str, str]]:
    match operation:
        case migrations.CreateModel():
            return {(operation.name_lower, "*")}
        case migrations.AddField():
            return {(operation.model_name_lower, operation.name)}
        case _:
            return set()
