"""The central database as Django's DATABASES wants it, from DATABASE_URL or DB_*."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from paneldash.environment import env, seconds

ADDRESS = {"HOST": "host", "PORT": "port", "NAME": "dbname", "USER": "user", "PASSWORD": "password"}
EXAMPLE = "postgres://user:password@host:5432/name"
SMALLEST_CONNECT_TIMEOUT_SECONDS = 2  # libpq takes a smaller one for this


def names_a_server() -> bool:
    """Whether the environment names a central database; otherwise it is the embedded one."""
    return bool(env.str("DATABASE_URL", default="") or env.str("DB_HOST", default=""))


def central_database(*, workers: int) -> dict[str, Any]:
    """Where it is, and a share for one of `workers` processes of the connections the host may open."""
    where = _address()
    known = {name: where.pop(key, "") for name, key in ADDRESS.items()}
    return {
        "ENGINE": "paneldash.central",
        **known,
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 0,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {**where, **_limits(), "pool": _pool(workers)},
    }


def _address() -> dict[str, Any]:
    """libpq's own reading of the URL, so that socket folders, several hosts and escapes mean what its manual says."""
    url = env.str("DATABASE_URL", default="")
    if url:
        try:
            return {"dbname": "paneldash", **conninfo_to_dict(url)}
        except ProgrammingError:
            raise ImproperlyConfigured(f"DATABASE_URL is not an address such as {EXAMPLE}") from None
    parts = {
        "host": env.str("DB_HOST", default=""),
        "port": env.str("DB_PORT", default="5432"),
        "dbname": env.str("DB_NAME", default="paneldash"),
        "user": env.str("DB_USER", default=""),
        "password": env.str("DB_PASSWORD", default=""),
        "sslmode": env.str("DB_SSLMODE", default=""),
    }
    return {name: value for name, value in parts.items() if value}


def _limits() -> dict[str, Any]:
    query_ms = int(seconds("DB_QUERY_TIMEOUT", default="30s") * 1000)
    connect_seconds = seconds("DB_CONNECT_TIMEOUT", default="10s")
    return {
        "application_name": "paneldash",
        # Two attempts must fail within the time a request waits for the pool.
        "connect_timeout": max(SMALLEST_CONNECT_TIMEOUT_SECONDS, int(connect_seconds / 3)),
        "options": f"-c statement_timeout={query_ms} -c idle_in_transaction_session_timeout={2 * query_ms}",
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": query_ms,
    }


def _pool(workers: int) -> dict[str, Any]:
    most = max(1, env.int("DB_MAX_OPEN_CONNS", default=50) // workers)
    return {
        "min_size": min(most, env.int("DB_MAX_IDLE_CONNS", default=10) // workers),
        "max_size": most,
        "max_lifetime": seconds("DB_CONN_MAX_LIFETIME", default="5m"),
        "max_idle": seconds("DB_CONN_MAX_IDLE_TIME", default="1m"),
        "timeout": seconds("DB_CONNECT_TIMEOUT", default="10s"),
        "num_workers": 2,
    }
