"""The system's Chromium, which tests and benchmarks drive."""

import shutil

WANTED = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")  # the first is the leanest


def find_chromium() -> str:
    """Raises SystemExit where there is none."""
    found = next(filter(None, map(shutil.which, WANTED)), None)
    if found is None:
        raise SystemExit(f"A browser is needed, one of {', '.join(WANTED)}.")
    return found
