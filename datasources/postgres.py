"""A tenant's PostgreSQL as a source: queries are compiled, guarded and run, in that order and no other."""

import logging
from collections.abc import Generator, Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.conf import settings

from audit.statements import record_refused_sql
from datasources import executor, guard, unrun
from datasources.base import CountQuery, Identity, Limits, Query, SqlQuery, TableQuery
from datasources.budget import budget
from datasources.catalogue import KEPT_SECONDS, YOUNG_SECONDS, catalogue, find_table, invalidate, policy
from datasources.compile import compile_query
from datasources.compile.queries import count_all, is_whole_table, rows_to_count
from datasources.errors import QueryFailed, QueryRefused
from datasources.explained import Explained, Hint
from datasources.fitting import cost_of
from datasources.frame import Answered, Column, Frame, rows_of
from datasources.lacks import name_table, naming_tables
from datasources.origin import placing_errors
from datasources.plans import explain
from datasources.runs import Splittable, split
from datasources.statement import Statement
from tenants.database import Database
from tenants.models import Tenant
from tenants.session_options import statement_timeout_ms

DEAREST_COUNT = 20_000.0  # in PostgreSQL's units: about a tenth of a second, a million rows

log = logging.getLogger(__name__)


class PostgresSource:
    """The tenant's own database, or a further `database` of it.

    `platform`: the query is of a panel the platform shares, which may read a few of PostgreSQL's statistics views.
    """

    def __init__(self, tenant: Tenant, *, platform: bool = False, database: Database | None = None) -> None:
        self.tenant, self.platform, self.database = tenant, platform, database or tenant

    @property
    def identity(self) -> Identity:
        return Identity(*self.database.key, str(self.database.connection_version))

    def run(self, queries: Mapping[str, Query]) -> dict[str, Answered]:
        """Run queries on one snapshot, an answer each under the same name.

        Returns at most the tenant's or the installation's row limit; `frame.truncated` tells whether there were more.
        Raises QueryRefused, QueryFailed, QueryTimeout, SourceUnavailable, BudgetSpent among them.
        """
        statements = {name: self._statement(query) for name, query in queries.items()}
        budget.refuse_if_spent(self.tenant)
        counts = {name: query for name, query in queries.items() if isinstance(query, CountQuery)}
        try:
            dear = {name for name, query in counts.items() if self._is_dear(query, statements[name])}
            asked = {name: statement for name, statement in statements.items() if name not in dear}
            frames = executor.run(self.database, asked, self.limits())
        except QueryFailed as error:
            invalidate(self.database)
            name_table(error, [statement.sql for statement in statements.values()])
            raise
        self._note_slow(frames)
        return frames | {name: self._count(query, frames.get(name)) for name, query in counts.items()}

    def split(self, query: Query) -> Splittable | None:
        return split(query, self.tenant.time_zone)

    def stream(self, query: Query) -> Generator[Frame, None, None]:
        """All rows, up to EXPORT_ROW_LIMIT, in Frames of a few each, in constant memory. Raises as `run`."""
        limits = Limits(
            timeout_ms=round(settings.EXPORT_TIMEOUT * 1_000), rows=settings.EXPORT_ROW_LIMIT, bytes=settings.PANEL_BYTE_LIMIT
        )
        statement = self._statement(query)
        budget.refuse_if_spent(self.tenant)
        return naming_tables(executor.stream(self.database, statement, limits), statement.sql)

    def describe(self, query: SqlQuery) -> tuple[Column, ...]:
        """What SQL answers, none of it run. Raises as `run`; the error says where in the text the mistake is."""
        statement = self._statement(query)
        try:
            return unrun.described(self.database, statement, self.limits())
        except QueryFailed as error:
            invalidate(self.database)
            name_table(error, [statement.sql])
            raise

    def count(self, query: Query) -> int:
        """How many rows `stream` would give without its limit; counting may take as long as a file may. Raises as `run`."""
        limits = replace(self.limits(), timeout_ms=round(settings.EXPORT_TIMEOUT * 1_000))
        statement = self._guarded(count_all(query, self.database))
        budget.refuse_if_spent(self.tenant)
        counted = executor.run(self.database, {"count": statement}, limits)["count"]
        return int(rows_of({"count": counted}, "count").column("total")[0])

    def explain(self, query: Query) -> Explained:
        """What a query would cost and why, without running it. Raises as `run`."""
        statement = self._statement(query)
        try:
            explained = explain(self.database, query, statement, self.limits())
        except QueryFailed as error:
            name_table(error, [statement.sql])
            raise
        if not isinstance(query, CountQuery) or is_whole_table(query.of) or explained.cost <= DEAREST_COUNT:
            return explained
        estimated = Hint("count", "Counting these rows is too dear: the panel shows PostgreSQL's estimate instead.")
        return replace(explained, hints=(estimated, *explained.hints))

    def fit(self, queries: Iterable[Query]) -> float:
        """What the dearest of some queries costs, all of them planned and none run. Raises as `run`."""
        return cost_of(self.database, queries, platform=self.platform, limits=self.limits())

    def limits(self) -> Limits:
        """What one answer may take."""
        return Limits(
            timeout_ms=statement_timeout_ms(self.database),
            rows=self.tenant.row_limit or settings.PANEL_ROW_LIMIT,
            bytes=settings.PANEL_BYTE_LIMIT,
        )

    def _statement(self, query: Query) -> Statement:
        columns = self._columns(query) if isinstance(query, SqlQuery) and query.sort is not None else ()
        try:
            compiled = compile_query(query, self.database, columns=columns)
        except QueryRefused as refusal:
            if refusal.lack is None:
                raise
            catalogue(self.database, youngest=YOUNG_SECONDS)  # a column made just now is not lacking
            compiled = compile_query(query, self.database, columns=columns)
        return self._guarded(compiled)

    def _columns(self, query: SqlQuery) -> tuple[Column, ...]:
        """What SQL answers, from asking for none of its rows."""
        nothing = replace(query, sort=None, search="", limit=0, offset=0)
        return executor.columns_of(self.database, self._statement(nothing), self.limits())

    def _guarded(self, statement: Statement) -> Statement:
        """The guard's word, asked again with a fresh catalogue before a table made just now is called unknown."""
        try:
            guard.check(statement.sql, self._policy(KEPT_SECONDS), allow_parameters=True)
        except QueryRefused:
            self._check_with_fresh_catalogue(statement)
        return statement

    def _check_with_fresh_catalogue(self, statement: Statement) -> None:
        try:
            with placing_errors(statement.written):
                guard.check(statement.sql, self._policy(YOUNG_SECONDS), allow_parameters=True)
        except QueryRefused as refusal:
            record_refused_sql(self.tenant, statement.sql, refusal.in_full)
            raise

    def _policy(self, youngest: float) -> guard.Policy:
        return policy(self.database, statistics=self.platform, youngest=youngest)

    def _is_dear(self, query: CountQuery, statement: Statement) -> bool:
        """Whether counting up to the limit would read much of a huge table, as a rare condition does; PostgreSQL's plan tells."""
        if is_whole_table(query.of):
            return False
        return float(unrun.explain(self.database, statement, self.limits()).get("Total Cost", 0)) > DEAREST_COUNT

    def _count(self, query: CountQuery, counted: Answered | None) -> Frame:
        """What was counted; beyond the limit, or where counting is too dear, what PostgreSQL thinks."""
        total = counted.column("total")[0] if isinstance(counted, Frame) else 0
        is_estimate = counted is None or total > query.exact_up_to
        if is_estimate:
            total = max(total, self._estimate(query.of))
        columns = (Column("total", "number", "int8"), Column("is_estimate", "boolean", "bool"))
        answer = Frame(columns, ([total], [is_estimate]))
        return replace(answer, sql=counted.sql, elapsed_ms=counted.elapsed_ms) if counted is not None else answer

    def _estimate(self, query: Any) -> int:
        """What PostgreSQL thinks: the size of the table, or the rows of the plan. Costs no scan."""
        if isinstance(query, TableQuery) and is_whole_table(query):
            rows = find_table(self.database, query.table).rows
            if rows > 0:
                return int(rows)
        statement = self._guarded(rows_to_count(query, self.database))
        return int(unrun.explain(self.database, statement, self.limits()).get("Plan Rows", 0))

    def _note_slow(self, frames: Mapping[str, Answered]) -> None:
        for name, frame in frames.items():
            if frame.elapsed_ms > settings.SLOW_QUERY_MS:
                log.warning("slow query", extra={"tenant": self.tenant.slug, "query": name, "ms": round(frame.elapsed_ms)})
