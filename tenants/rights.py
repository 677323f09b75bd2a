"""What a role may do in a tenant's database, read from its catalogues."""

from dataclasses import dataclass
from typing import Any

import psycopg

# Membership in these reaches past the database: files and programs of the server.
SERVER_ROLES = ("pg_execute_server_program", "pg_read_server_files", "pg_write_server_files")
POWERFUL_ROLES = (
    *SERVER_ROLES, "pg_checkpoint", "pg_create_subscription", "pg_maintain", "pg_monitor", "pg_read_all_data",
    "pg_signal_backend", "pg_write_all_data",
)  # fmt: skip
NAMED_AT_MOST = 4

# pg_has_role(…, 'member') also finds roles that are not inherited: SET ROLE would bring them in.
_MINE = "mine AS (SELECT oid FROM pg_roles WHERE pg_has_role(current_user, oid, 'member'))"
_USER_RELATIONS = "c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_|^information_schema$'"

_ROLE = """
SELECT rolname::text, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls
FROM pg_roles WHERE rolname = current_user
"""
_MEMBER_OF = """
SELECT rolname::text FROM pg_roles
WHERE rolname = ANY (%s) AND pg_has_role(current_user, oid, 'member') ORDER BY rolname
"""
_OWNED = f"""
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {_USER_RELATIONS} AND pg_has_role(current_user, c.relowner, 'member')
"""  # noqa: S608 - constants of this file
_WRITABLE = f"""
WITH {_MINE}
SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {_USER_RELATIONS} AND EXISTS (
  SELECT FROM mine WHERE has_table_privilege(mine.oid, c.oid, 'DELETE, TRUNCATE')
                      OR has_any_column_privilege(mine.oid, c.oid, 'INSERT, UPDATE'))
ORDER BY 1 LIMIT {NAMED_AT_MOST}
"""  # noqa: S608
_CREATABLE = f"""
WITH {_MINE}
SELECT format('schema %I', nspname) FROM pg_namespace n
WHERE nspname !~ '^pg_' AND EXISTS (SELECT FROM mine WHERE has_schema_privilege(mine.oid, n.oid, 'CREATE'))
UNION ALL
SELECT 'the database itself'
WHERE EXISTS (SELECT FROM mine WHERE has_database_privilege(mine.oid, current_database(), 'CREATE'))
ORDER BY 1 LIMIT {NAMED_AT_MOST}
"""  # noqa: S608
_SCHEMAS = f"""
SELECT wanted.name, n.oid IS NOT NULL, n.oid IS NOT NULL AND has_schema_privilege(n.oid, 'USAGE'), count(c.oid),
       coalesce((array_agg(c.relname::text ORDER BY c.relname)
                 FILTER (WHERE NOT has_any_column_privilege(c.oid, 'SELECT')))[:{NAMED_AT_MOST}], '{{}}'::text[])
FROM unnest(%s::text[]) WITH ORDINALITY AS wanted (name, place)
LEFT JOIN pg_namespace n ON n.nspname = wanted.name
LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition
GROUP BY wanted.place, wanted.name, n.oid ORDER BY wanted.place
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class SchemaRights:
    """`unreadable` names the first few tables and views the role may not read."""

    name: str
    exists: bool
    is_usable: bool
    relations: int
    unreadable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rights:
    """Lists name the first few only. A superuser's stay empty: it may everything."""

    role: str
    is_superuser: bool
    attributes: tuple[str, ...] = ()
    member_of: tuple[str, ...] = ()
    owned: int = 0
    writable: tuple[str, ...] = ()
    creatable: tuple[str, ...] = ()

    @property
    def can_write(self) -> bool:
        return self.is_superuser or bool(self.owned or self.writable or self.creatable)

    @property
    def reaches_the_server(self) -> bool:
        """Can take over, copy or read more than this database, whatever its tables say."""
        return bool({"CREATEROLE", "REPLICATION"} & {*self.attributes} or {*SERVER_ROLES} & {*self.member_of})


def read_rights(connection: psycopg.Connection) -> Rights:
    role, is_superuser, *attributes = connection.execute(_ROLE).fetchone() or ("", False)
    if is_superuser:
        return Rights(role, is_superuser=True)
    names = ("CREATEROLE", "CREATEDB", "REPLICATION", "BYPASSRLS")
    return Rights(
        role,
        is_superuser=False,
        attributes=tuple(name for name, has in zip(names, attributes, strict=False) if has),
        member_of=_names(connection, _MEMBER_OF, [list(POWERFUL_ROLES)]),
        owned=(connection.execute(_OWNED).fetchone() or (0,))[0],
        writable=_names(connection, _WRITABLE),
        creatable=_names(connection, _CREATABLE),
    )


def read_schemas(connection: psycopg.Connection, wanted: tuple[str, ...]) -> list[SchemaRights]:
    """The rights in each of these schemas, in the same order."""
    rows = connection.execute(_SCHEMAS, [list(wanted)]).fetchall()
    return [SchemaRights(name, exists, usable, relations, tuple(hidden)) for name, exists, usable, relations, hidden in rows]


def _names(connection: psycopg.Connection, query: str, parameters: list[Any] | None = None) -> tuple[str, ...]:
    return tuple(row[0] for row in connection.execute(query, parameters).fetchall())
