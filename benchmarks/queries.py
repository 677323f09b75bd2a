"""What a request asks of the central database, counted."""

from datetime import datetime

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.report import Figure, Report
from benchmarks.scene import path
from tenants.known import forget_all


def measure(session_key: str, now: datetime, report: Report) -> None:
    client = Client(headers={"host": "127.0.0.1"})
    client.cookies[settings.SESSION_COOKIE_NAME] = session_key
    client.get(path("kpi", now))
    forget_all()  # what this process knows by now would be asked for nowhere
    with CaptureQueriesContext(connection) as asked:
        client.get(path("kpi", now))
    authorising = [query for query in asked if "tenants_session" in query["sql"] or "tenants_membership" in query["sql"]]
    report.heading("Queries to the central database for a KPI's fragment, of which nothing is known")
    report.add(Figure("queries", "to authorise it", len(authorising), "", None, 1))
    report.add(Figure("queries", "in all", len(asked), ""))
