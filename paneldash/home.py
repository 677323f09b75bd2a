"""Where this checkout keeps what it makes for itself, and whom its PostgreSQL runs as."""

import contextlib
import hashlib
import os
import pwd
import subprocess
from pathlib import Path
from typing import Any


def default_home(root: Path) -> Path:
    """`.paneldash` in the checkout; as root, where the server's own user cannot reach it, under /var/lib/paneldash."""
    if given := os.environ.get("PANELDASH_HOME"):
        return Path(given).absolute()
    here = root / ".paneldash"
    user = server_user()
    if user is None or is_reachable(root, user):
        return here
    return Path("/var/lib/paneldash", f"{root.name}-{hashlib.sha256(str(root).encode()).hexdigest()[:8]}")


def server_user() -> pwd.struct_passwd | None:
    """Whom the server runs as when we are root, which PostgreSQL refuses; None otherwise."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    return None


def is_reachable(path: Path, user: pwd.struct_passwd) -> bool:
    """Whether that user may enter the folder, or run the file."""
    command = ["/bin/sh", "-c", 'test -x "$0"', str(path)]
    who: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid}
    return subprocess.run(command, cwd="/", extra_groups=[], check=False, **who).returncode == 0  # noqa: S603
