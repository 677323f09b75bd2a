"""Which of the collected static files are a release's own."""

import hashlib
from pathlib import Path


def manifest_of(release: Path) -> str:
    """The manifest's name in STATIC_ROOT, which the releases of a host share: one of them never reads another's."""
    return f"staticfiles-{hashlib.sha256(str(release.resolve()).encode()).hexdigest()[:12]}.json"
