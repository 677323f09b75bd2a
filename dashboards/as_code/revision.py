"""Which state of a folder was applied: the commit of its git work tree, else a digest of what was read."""

import re
import shutil
import subprocess
from pathlib import Path

SECONDS = 10
# Not to run what a repository's own settings name.
GIT = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")


def revision_of(root: Path, digest: str) -> str:
    """`git 4ef5a2e1c0d2`, with `+` where the folder has changes that are in no commit; or `content 9f86d081884c`."""
    commit = _git(root, "rev-parse", "--verify", "--short=12", "HEAD")
    changed = _git(root, "status", "--porcelain", "--", ".") if commit is not None else None
    if commit is None or changed is None or not re.fullmatch(r"[0-9a-f]{7,64}\n", commit):
        return f"content {digest}"
    return f"git {commit.strip()}{'+' if changed else ''}"


def _git(root: Path, *arguments: str) -> str | None:
    """What git says; None where there is none, or no work tree."""
    program = shutil.which("git")
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and no word of it is anybody else's
            [program, *GIT, *arguments], cwd=root, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    return done.stdout if done.returncode == 0 else None
