"""The embedded PostgreSQL: a server of our own, made from a wheel's binaries, started and stopped with the program.

It listens on a unix socket only, with a password of its own, and keeps its data under a home folder that belongs to
this checkout. Any number of processes may use it at once: the first starts it, the last stops it, and one that was
killed counts no longer.
"""

import contextlib
import fcntl
import hashlib
import os
import secrets
import shlex
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from paneldash.binaries import copy_binaries, find_binaries, version_of
from paneldash.home import is_reachable, server_user

USER = "paneldash"
PORT = 5432
LONGEST_SOCKET_FOLDER = 80  # the kernel allows 107 bytes for the whole path of a socket
SETTLE_SECONDS = 60  # crash recovery of a large cluster, or the shutdown of a busy one


class EmbeddedError(Exception):
    """The embedded server cannot be had; the message says what to do."""


class EmbeddedServer:
    """A cluster under `home`. `durable=False` is for tests: no fsync."""

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home.absolute()
        self.durable = durable
        found = find_binaries()
        if found is None:
            raise EmbeddedError("No PostgreSQL binaries found: install the requirements, or set DATABASE_URL.")
        self.bin = found
        self.version = version_of(found)
        self.data = self.home / f"pg{self.version.split('.')[0]}"
        self.user = server_user()
        if self.user is None and os.geteuid() == 0:
            raise EmbeddedError("PostgreSQL does not run as root, and there is neither a user postgres nor nobody.")
        self.socket_folder = self._socket_folder()

    @property
    def password(self) -> str:
        return (self.home / "password").read_text()

    def url(self, database: str = "paneldash") -> str:
        """The address of a database of this server, as DATABASE_URL takes it."""
        return f"postgres://{USER}:{self.password}@{quote(str(self.socket_folder), safe='')}:{PORT}/{database}"

    @contextlib.contextmanager
    def use(self) -> Iterator[bool]:
        """Have it running while the block runs. Yields True when this call started it.

        Every user holds a shared lock, which the kernel drops when a process dies; who gets it alone stops the server.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        with open(self.home / ".users", "w") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                yield self.start()
            finally:
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self.stop()

    def start(self) -> bool:
        """Make the cluster if there is none and start it if it is not running. True when this call started it."""
        self.home.mkdir(parents=True, exist_ok=True)
        with open(self.home / ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._prepare_folders()
            if not self.data.exists():
                self._initialise()
            self._settle()
            if self.is_running():
                return False
            waiting = ("-w", "-t", SETTLE_SECONDS, "-s", "-l", self.data / "server.log")
            self._run("pg_ctl", "-D", self.data, *waiting, "-o", self._options(), "start")
            return True

    def stop(self) -> None:
        """Stop it, letting no session go on. Nothing happens when it is not running."""
        self._settle()
        if self.is_running():
            self._run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "-s", "stop")

    def is_running(self) -> bool:
        return self._state() == "ready"

    def create_database(self, name: str) -> None:
        """Create a database of that name unless it exists; safe when two processes do it at once."""
        import psycopg
        from psycopg import errors, sql

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                return
            with contextlib.suppress(errors.DuplicateDatabase, errors.UniqueViolation):
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def _state(self) -> str:
        """What the server's lock file says (starting, ready, stopping), or nothing when nobody listens."""
        try:
            lines = (self.data / "postmaster.pid").read_text().split("\n")
            with socket.socket(socket.AF_UNIX) as knock:
                knock.connect(str(self.socket_folder / f".s.PGSQL.{PORT}"))
        except OSError:
            return ""
        return lines[7].strip() if len(lines) > 7 else "starting"

    def _settle(self) -> None:
        """Wait until a server that is starting or stopping has done so; clear away one that was killed."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while self._state() in ("starting", "stopping") and time.monotonic() < deadline:
            time.sleep(0.05)
        if not self._state() and self._is_zombie():
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            (self.socket_folder / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)

    def _is_zombie(self) -> bool:
        """A killed server nobody reaps, in a container without an init, still seems alive to PostgreSQL."""
        try:
            process = int((self.data / "postmaster.pid").read_text().split("\n")[0])
            return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
        except (OSError, ValueError):
            return False

    def _socket_folder(self) -> Path:
        folder = self.home / "run"
        if len(str(folder)) < LONGEST_SOCKET_FOLDER:
            return folder
        key = hashlib.sha256(str(self.data).encode()).hexdigest()[:8]
        return Path(tempfile.gettempdir(), f"paneldash-{os.geteuid()}-{key}")

    def _prepare_folders(self) -> None:
        if self.user is not None:
            if not is_reachable(self.home, self.user):
                raise EmbeddedError(f"The user {self.user.pw_name} cannot reach {self.home}: set PANELDASH_HOME.")
            if not is_reachable(self.bin / "postgres", self.user):
                self.bin = copy_binaries(self.bin, self.home / f"binaries-{self.version}")
        self._make_folder(self.socket_folder)

    def _make_folder(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.user is not None:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)

    def _initialise(self) -> None:
        """Make the cluster under another name first: what was interrupted is never taken for a cluster."""
        draft = self.data.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        self._make_folder(draft)
        password_file = self._password_file()
        locale = ["--locale=C.UTF-8"]
        if int(self.version.split(".")[0]) >= 17:
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        with tempfile.NamedTemporaryFile("w", dir=self.socket_folder) as handover:
            handover.write(password_file.read_text())
            handover.flush()
            if self.user is not None:
                os.chown(handover.name, self.user.pw_uid, self.user.pw_gid)
            authentication = ["-U", USER, "-A", "scram-sha-256", f"--pwfile={handover.name}"]
            self._run("initdb", "-D", draft, "-E", "UTF8", "-N", *authentication, *locale)
        draft.rename(self.data)

    def _password_file(self) -> Path:
        """One password for the clusters of all versions: that of an earlier one stays right."""
        file = self.home / "password"
        file.touch(0o600)
        if not file.read_text().strip():
            file.write_text(secrets.token_urlsafe(24))
        return file

    def _options(self) -> str:
        options: dict[str, object] = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self.socket_folder}"',
            "unix_socket_permissions": "0770" if self.user else "0700",
            "port": PORT,
            "max_connections": 200,
            "shared_buffers": "128MB",
            "wal_level": "minimal",
            "max_wal_senders": 0,
        }
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in options.items())

    def _run(self, program: str, *arguments: object) -> None:
        """Run one of the server's programs as its user. It writes to a file: a daemon would hold a pipe open."""
        who: dict[str, Any] = {}
        if self.user is not None:
            who = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        command = [str(self.bin / program), *map(str, arguments)]
        with tempfile.TemporaryFile("w+") as output:
            streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": output}
            done = subprocess.run(command, cwd="/", check=False, **streams, **who)  # noqa: S603
            if done.returncode:
                output.seek(0)
                said = output.read().strip()[-1_000:]
                raise EmbeddedError(f"{program} failed: {said} (log: {self.data / 'server.log'})")
