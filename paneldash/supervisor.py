"""`make run`: starts everything PanelDash needs on one machine, says what it does, and stops it all at the end."""

import argparse
import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from paneldash import __version__
from paneldash.address import Address, PortTaken
from paneldash.embedded import EmbeddedError, EmbeddedServer
from paneldash.environment import ROOT, read_file
from paneldash.home import default_home
from paneldash.kept import KeptProgram
from paneldash.local import central_database, fill_in_settings
from paneldash.processes import Program
from paneldash.sources import Sources

ACCOUNTS = """\
    admin@paneldash.local      everything, and the admin site at /admin/
    editor@paneldash.local     edits in Acme, looks into Globex
    analyst@paneldash.local    looks into Acme and Globex"""
MANAGE = [sys.executable, str(ROOT / "manage.py")]
GUNICORN = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "paneldash/gunicorn_config.py"), "paneldash.wsgi"]
BACKGROUND = {"worker": [*MANAGE, "worker"], "collector": [*MANAGE, "collect"]}
START_SECONDS = 60.0


class Stopped(Exception):
    """The user, or the system, asked us to stop."""


class Failed(Exception):
    """It cannot go on; the message says why."""


class Supervisor:
    """`development` serves with Django's own server, which shows debug pages; that and all beside it follow the source."""

    def __init__(self, *, development: bool) -> None:
        self.development = development
        self.home = default_home(ROOT)
        self.address = Address.from_environment()
        self.signals = 0

    def run(self) -> None:
        """Start all, watch until a signal comes, and stop in the opposite order."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        self.address.wait_until_free()
        fill_in_settings(self.home)
        with self._database() as server:
            self._prepare()
            self._serve(server)

    @contextlib.contextmanager
    def _database(self) -> Iterator[EmbeddedServer | None]:
        say("Starting PostgreSQL")
        with central_database(self.home) as server:
            say(f"PostgreSQL {server.version} runs in {self.home}" if server else "Using the PostgreSQL you named")
            yield server

    def _prepare(self) -> None:
        """Checks, migrations, the demo and static files: in a process of their own, which needs Django."""
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(empty_folder(self.home / "metrics"))
        options = ["--no-static"] if self.development else []
        with self._program([*MANAGE, "prepare", *options]) as preparation:
            if preparation.wait() != 0:
                raise Failed("PanelDash could not be prepared; the reason stands above.")

    def _serve(self, server: EmbeddedServer | None) -> None:
        say("Starting the web server and the worker")
        with contextlib.ExitStack() as running:
            web = running.enter_context(self._program(self._web_command()))
            kept = {name: running.enter_context(self._kept(command)) for name, command in BACKGROUND.items()}
            try:
                self._wait_until_it_answers(web)
                self._welcome()
                self._watch(web, kept, server)
            finally:
                say("Stopping; requests and jobs that run may end")
                for program in (web, *kept.values()):
                    program.ask_to_end()

    def _web_command(self) -> list[str]:
        return [*MANAGE, "runserver", self.address.bind] if self.development else GUNICORN

    def _program(self, command: list[str]) -> Program:
        return Program(command, is_urgent=lambda: self.signals > 1)

    def _kept(self, command: list[str]) -> KeptProgram:
        return KeptProgram(command, is_urgent=lambda: self.signals > 1)

    def _wait_until_it_answers(self, web: Program) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.address.answers():
            if web.has_ended() or time.monotonic() > deadline:
                raise Failed("The web server did not start; the reason stands above.")
            time.sleep(0.1)

    def _welcome(self) -> None:
        print(f"\n  Open {self.address.url}\n\n{ACCOUNTS}\n", flush=True)
        print(f"  Password of all three: {os.environ['PANELDASH_DEMO_PASSWORD']}\n  Ctrl-C stops.\n", flush=True)

    def _watch(self, web: Program, kept: dict[str, KeptProgram], server: EmbeddedServer | None) -> None:
        sources = Sources(ROOT) if self.development else None
        while not web.has_ended():
            time.sleep(0.5)
            if sources and sources.have_changed():
                for program in kept.values():
                    program.restart()
            if server and not server.is_running() and server.start():
                say("PostgreSQL had ended and was started again")
            for name, program in kept.items():
                if program.look_after():
                    say(f"The {name} had ended and was started again")
        raise Failed("The web server ended by itself.")

    def _on_signal(self, _number: int, _frame: object) -> None:
        self.signals += 1
        if self.signals == 1:
            raise Stopped


def empty_folder(path: Path) -> Path:
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def say(text: str) -> None:
    print(f"  {text}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="reload on changes and show debug pages")
    development = parser.parse_args().dev
    read_file()
    if development:
        os.environ["DEBUG"] = "true"
    print(f"PanelDash {__version__}", flush=True)
    try:
        Supervisor(development=development).run()
    except Stopped:
        say("Stopped.")
        return 0
    except (Failed, EmbeddedError, PortTaken) as error:
        print(f"\n{error}", file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
