"""The folder that is read: its YAML files and nothing outside it, each within bounds."""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from dashboards.as_code.pieces import Place, Refusal, Refused

ENDINGS = (".yaml", ".yml")
FRAGMENTS = "fragments"
MOST_FILES = 5_000
MOST_BYTES = 500_000


class Folder:
    """Names are as seen from the folder, with `/`. What begins with a dot is left alone, as git's own files are."""

    def __init__(self, root: Path) -> None:
        """Raises Refused where it is no folder."""
        self.root = Path(os.path.realpath(root))
        if not self.root.is_dir():
            raise Refused(_about(str(root), "there is no such folder"))
        self._read: dict[str, str] = {}

    def documents(self) -> list[str]:
        """The files with documents, in order: all but the fragments. Raises Refused for what cannot be followed."""
        found: list[str] = []
        refusals: list[Refusal] = []
        for name, reason in self._walk():
            if reason:
                refusals.append(_about(name, reason))
            elif name.endswith(ENDINGS) and not name.startswith(f"{FRAGMENTS}/"):
                found.append(name)
        if len(found) > MOST_FILES:
            refusals.append(_about(".", f"more than {MOST_FILES:,} files"))
        if refusals:
            raise Refused(*refusals)
        return sorted(found)

    def text(self, name: str) -> str:
        """What a file holds. Raises Refused."""
        if name not in self._read:
            self._read[name] = self._text(name)
        return self._read[name]

    def fragment(self, name: str) -> str:
        """What a fragment holds, by the name it is included by. Raises Refused; its place is to be replaced."""
        parts = name.split("/")
        is_plain = all(part and not part.startswith(".") and part.isprintable() and "\\" not in part for part in parts)
        if not is_plain or len(parts) < 2 or parts[0] != FRAGMENTS or not name.endswith(ENDINGS):
            raise Refused(_about(name, f"must be a file such as {FRAGMENTS}/percent.yaml"))
        return self.text(name)

    def digest(self) -> str:
        """A name for all that was read."""
        whole = hashlib.blake2b(digest_size=6)
        for name in sorted(self._read):
            whole.update(f"{name}\0{len(self._read[name])}\0{self._read[name]}".encode())
        return whole.hexdigest()

    def _walk(self) -> Iterator[tuple[str, str]]:
        """Every file, and what is wrong with it. A folder that is passed over in silence would look as if emptied."""
        unreadable: list[OSError] = []
        for here, folders, files in os.walk(self.root, onerror=unreadable.append):
            folders[:] = sorted(folder for folder in folders if not folder.startswith("."))
            inside = Path(here).relative_to(self.root)
            for folder in folders:
                if os.path.islink(os.path.join(here, folder)):
                    yield (inside / folder).as_posix(), "is a link to a folder, which is not followed"
            yield from (((inside / file).as_posix(), "") for file in files if not file.startswith("."))
        for error in unreadable:
            yield os.path.relpath(str(error.filename), self.root), f"cannot be read: {error.strerror}"

    def _text(self, name: str) -> str:
        real = os.path.realpath(self.root / name)
        if os.path.commonpath([self.root, real]) != str(self.root):
            raise Refused(_about(name, "leads out of the folder"))
        try:
            # Not to wait for somebody who writes into a pipe.
            with open(real, "rb", opener=lambda path, flags: os.open(path, flags | os.O_NONBLOCK)) as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise Refused(_about(name, "is no file"))
                content = file.read(MOST_BYTES + 1)
        except OSError as error:
            raise Refused(_about(name, f"cannot be read: {error.strerror}")) from error
        if len(content) > MOST_BYTES:
            raise Refused(_about(name, f"has more than {MOST_BYTES:,} bytes"))
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise Refused(Refusal(Place(name, line), "", "is not UTF-8")) from error


def _about(name: str, reason: str) -> Refusal:
    return Refusal(Place(name, 1), "", reason)
