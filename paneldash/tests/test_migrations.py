"""Hosts are updated one after another: every migration leaves the version before able to work, or says why it need not."""

from pathlib import Path

import pytest
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from django.db.models.functions import Now

from paneldash.tests.expand_contract import one_way, troubles
from paneldash.tests.test_import_rule import APPS

LOADER = MigrationLoader(None, ignore_no_migrations=True)
OWN = sorted(key for key in LOADER.disk_migrations if key[0] in {*APPS, "paneldash"})
UPGRADE = Path(__file__).resolve().parents[2] / "docs/upgrade.md"
LATER = [key for key in OWN if not LOADER.disk_migrations[key].initial]


@pytest.mark.parametrize("key", LATER, ids="-".join)
def test_migration_leaves_the_version_before_able_to_work(key: tuple[str, str]) -> None:
    migration = LOADER.disk_migrations[key]
    found = troubles(migration, LOADER.project_state(LOADER.graph.node_map[key].key, at_end=False))
    assert not found or getattr(migration, "contracts", ""), found


@pytest.mark.parametrize("key", OWN, ids="-".join)
def test_migration_has_a_way_back(key: tuple[str, str]) -> None:
    assert not one_way(LOADER.disk_migrations[key])


@pytest.mark.parametrize("key", LATER, ids="-".join)
def test_what_is_lost_by_going_back_is_written_down(key: tuple[str, str]) -> None:
    """In docs/upgrade.md, for those that add a table or a column: going back takes it away with all that is in it."""
    adds = any(isinstance(one, migrations.AddField | migrations.CreateModel) for one in LOADER.disk_migrations[key].operations)
    assert not adds or key[1] in UPGRADE.read_text()


NAME = models.CharField(max_length=20)
CHECK = models.CheckConstraint(condition=models.Q(name__gt=""), name="has_a_name")
BREAKING: list[Operation] = [
    migrations.RemoveField("thing", "name"),
    migrations.RenameField("thing", "name", "title"),
    migrations.DeleteModel("thing"),
    migrations.RenameModel("thing", "object"),
    migrations.AlterModelTable("thing", "things"),
    migrations.AddField("thing", "colour", models.CharField(max_length=20, default="red")),
    migrations.AlterField("thing", "name", models.CharField(max_length=10)),
    migrations.AlterField("thing", "name", models.IntegerField()),
    migrations.AlterField("thing", "note", models.TextField()),
    migrations.AlterField("thing", "made_at", models.DateTimeField()),
    migrations.AddConstraint("thing", CHECK),
    migrations.RunSQL("ALTER TABLE things DROP COLUMN name", ""),
    migrations.RunSQL("ALTER TABLE things ALTER name TYPE integer USING 1", ""),
]
HARMLESS: list[Operation] = [
    migrations.AddField("thing", "colour", models.CharField(max_length=20, null=True)),
    migrations.AddField("thing", "colour", models.CharField(max_length=20, db_default="red")),
    migrations.AlterField("thing", "name", models.CharField(max_length=30, null=True)),
    migrations.AddIndex("thing", models.Index(fields=["name"], name="thing_name")),
    migrations.CreateModel("other", [("id", models.BigAutoField(primary_key=True)), ("name", NAME)]),
    migrations.RunSQL("CREATE TABLE other ()", "DROP TABLE other"),
]


def tried(*operations: Operation) -> list[str]:
    made_at = models.DateTimeField(db_default=Now())
    state = ProjectState()
    fields = {"id": models.BigAutoField(primary_key=True), "name": NAME, "note": models.TextField(null=True), "made_at": made_at}
    state.add_model(ModelState("tenants", "Thing", fields.items()))
    migration = Migration("0009_change", "tenants")
    migration.operations = list(operations)
    return troubles(migration, state)


@pytest.mark.parametrize("operation", BREAKING, ids=lambda operation: operation.describe())
def test_what_the_version_before_stumbles_over_is_found(operation: Operation) -> None:
    assert len(tried(operation)) == 1


@pytest.mark.parametrize("operation", HARMLESS, ids=lambda operation: operation.describe())
def test_what_the_version_before_need_not_know_is_let_through(operation: Operation) -> None:
    assert not tried(operation)


def test_a_constraint_on_what_is_new_is_let_through() -> None:
    colour = models.CharField(max_length=20, db_default="red")
    check = models.CheckConstraint(condition=models.Q(colour__gt=""), name="has_a_colour")
    assert not tried(migrations.AddField("thing", "colour", colour), migrations.AddConstraint("thing", check))


def test_a_migration_without_a_way_back_is_found() -> None:
    migration = Migration("0009_change", "tenants")
    migration.operations = [migrations.RunPython(lambda apps, editor: None)]
    assert one_way(migration)


@pytest.mark.django_db
def test_a_default_of_django_s_alone_is_none_to_the_version_before() -> None:
    """Why db_default is asked for: the column's default is dropped once the rows that exist have it."""
    column = "SELECT column_default FROM information_schema.columns WHERE table_name = 'tenants_tenant' AND column_name = %s"
    with connection.cursor() as cursor:
        cursor.execute(column, ["test_verdict"])
        assert cursor.fetchone() == (None,)
