import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from paneldash.embedded import EmbeddedServer
from paneldash.home import default_home
from paneldash.local import central_database, kept_secret

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[EmbeddedServer]:
    """A cluster of its own, under the home the tests use, that nobody else starts or stops."""
    server = EmbeddedServer(default_home(ROOT) / "test-embedded", durable=False)
    yield server
    server.stop()


def answer(server: EmbeddedServer) -> int:
    with psycopg.connect(server.url("postgres")) as connection:
        row = connection.execute("SELECT 42").fetchone()
    assert row is not None
    return int(row[0])


def postmaster(server: EmbeddedServer) -> int:
    return int((server.data / "postmaster.pid").read_text().split()[0])


def test_runs_while_it_is_used(server: EmbeddedServer) -> None:
    with server.use() as started:
        assert started
        assert answer(server) == 42
    assert not server.is_running()


def test_last_user_stops_it(server: EmbeddedServer) -> None:
    with server.use():
        with EmbeddedServer(server.home).use() as started:
            assert not started
        assert answer(server) == 42
    assert not server.is_running()


def test_stops_when_the_block_fails(server: EmbeddedServer) -> None:
    with pytest.raises(KeyError), server.use():
        raise KeyError
    assert not server.is_running()


def test_starts_again_after_a_crash(server: EmbeddedServer) -> None:
    with server.use():
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS kept (id integer)")
        os.kill(postmaster(server), signal.SIGKILL)
        while server.is_running():
            time.sleep(0.01)
        assert server.start()
        assert answer(server) == 42


def test_uses_a_server_that_a_killed_process_left_behind_and_stops_it(server: EmbeddedServer) -> None:
    server.start()
    with server.use() as started:
        assert not started
    assert not server.is_running()


def test_interrupted_initdb_is_not_taken_for_a_cluster(server: EmbeddedServer) -> None:
    fresh = EmbeddedServer(server.home / "fresh", durable=False)
    shutil.rmtree(fresh.home, ignore_errors=True)
    draft = fresh.data.with_suffix(".draft")
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18")
    with fresh.use():
        assert answer(fresh) == 42


def test_a_cluster_of_another_version_leaves_the_first_ones_password_right(server: EmbeddedServer) -> None:
    with server.use():
        before = server.password
    other = EmbeddedServer(server.home, durable=False)
    other.data = server.home / "pg99"
    shutil.rmtree(other.data, ignore_errors=True)
    with other.use():
        assert answer(other) == 42
    with server.use():
        assert server.password == before
        assert answer(server) == 42


def test_nobody_gets_in_without_the_password(server: EmbeddedServer) -> None:
    with server.use(), pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(server.url("postgres").replace(server.password, "wrong"))


def test_long_home_gets_a_short_socket_folder() -> None:
    server = EmbeddedServer(Path("/tmp", "x" * 90))
    assert len(str(server.socket_folder)) < 80


def test_steps_aside_when_the_environment_names_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://db.example.com/panels")
    with central_database(tmp_path) as server:
        assert server is None
    assert os.environ["DATABASE_URL"] == "postgres://db.example.com/panels"
    assert not list(tmp_path.iterdir())


def test_secret_is_made_once_and_private(tmp_path: Path) -> None:
    secrets = iter(["first", "second"])
    path = tmp_path / "secret-key"
    assert kept_secret(path, lambda: next(secrets)) == kept_secret(path, lambda: next(secrets)) == "first"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret-key"]
