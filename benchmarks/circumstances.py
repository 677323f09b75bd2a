"""What a run's figures are of: the commit, the versions, the machine."""

import platform
import subprocess
from datetime import UTC, datetime
from typing import Any

import django
import psutil
import psycopg

from paneldash.environment import ROOT


def circumstances() -> dict[str, Any]:
    """For the results; nothing in it says whose machine it was."""
    return {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "python": platform.python_version(),
        "django": django.get_version(),
        "psycopg": psycopg.__version__,
        "machine": platform.machine(),
        "system": f"{platform.system()} {platform.release()}",
        "cores": psutil.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "load": round(psutil.getloadavg()[0], 1),
    }


def _commit() -> str:
    """`-dirty` behind it: with changes that are in no commit. Empty outside a clone."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
