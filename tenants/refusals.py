"""Why a tenant's database did not let us in, as a sentence. Host, role and password stay out of sentence and detail."""

import re

import psycopg

from tenants.errors import TenantUnreachable

# libpq gives no SQLSTATE when the connection itself fails: the words are all there is.
_BY_WORDS = (
    (r"password authentication failed|no password supplied|no pg_hba.conf entry|role .* does not exist|not permitted to log",
     "28P01", "The database refused the login. An admin has to check the role and its password."),
    (r"database .* does not exist", "3D000", "The database does not exist on its server."),
    (r"permission denied for database", "42501", "The role may not connect to this database."),
    (r"too many (clients|connections)|remaining connection slots",
     "53300", "The database server accepts no more connections."),
    (r"starting up|shutting down|in recovery mode|not yet accepting",
     "57P03", "The database server is restarting. Please try again."),
    (r"certificate|SSL|TLS", "TLS", "A secure connection to the database could not be made."),
    (r"timeout|timed out", "timeout", "The database did not answer in time."),
    (r"refused|No such file|reset by peer|closed the connection|unreachable|No route",
     "refused", "The database cannot be reached."),
)  # fmt: skip


def unreachable(error: psycopg.Error) -> TenantUnreachable:
    """The error for people; `detail` is a class such as 28P01 or `timeout`, for the log and the breaker."""
    words = re.sub(r'"[^"\n]*"', "…", str(error))  # a host may be called tls.example.com, a database `timeout`
    for pattern, kind, sentence in _BY_WORDS:
        if error.sqlstate == kind or re.search(pattern, words, re.IGNORECASE):
            return TenantUnreachable(sentence, detail=kind)
    return TenantUnreachable("The database cannot be reached.", detail=error.sqlstate or type(error).__name__)
