"""What a backend of the shared store can do, and the few values that travel."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

PATIENCE_SECONDS = 0.25  # a backend that says nothing for longer is down


class StoreDown(Exception):
    """The store cannot be asked now; whoever asked does without."""


@dataclass(frozen=True, slots=True)
class Flight:
    """One look at a key: the token of who leads now, and of who landed last with the outcome left, while that lives."""

    leader: str | None = None
    landed: str | None = None
    outcome: bytes | None = None


class Claim(NamedTuple):
    """The token of who leads from now on, or None when somebody else does; and the value that is kept under the key."""

    token: str | None
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Landing:
    """A flight is over. `outcome` is what its leader left for those who waited, if anything; a result is in the store."""

    outcome: bytes | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """A counter after something was added to it, and how long it goes on before it begins anew."""

    total: int
    seconds_left: float


class Backend(Protocol):
    """One round trip an operation, each with a short deadline. Keys are short bytes, lives are seconds above 0.

    All raise StoreDown when the backend fails or keeps silent.
    """

    def get_many(self, keys: Sequence[bytes]) -> dict[bytes, bytes]: ...

    def put(self, key: bytes, value: bytes, seconds: float) -> bool:
        """False when there is no room for it."""

    def delete(self, keys: Sequence[bytes]) -> None: ...

    def claim(self, key: bytes, token: str, seconds: float) -> tuple[bool, bytes | None]:
        """Take the lease of a key that nobody holds; whether it is ours, and the value there is once it is decided."""

    def extend(self, key: bytes, token: str, seconds: float) -> bool:
        """Let one's own lease end that many seconds from now; False when it is no longer one's own."""

    def release(self, key: bytes, token: str, outcome: bytes | None, outcome_seconds: float) -> bool:
        """End one's own lease and leave the outcome; False, and nothing left, when it is no longer one's own."""

    def look(self, key: bytes) -> Flight: ...

    def add(self, key: bytes, amount: int, seconds: float) -> Counted:
        """Add to a counter; a new one begins `seconds` after the first was added, by the backend's clock."""

    def held_bytes(self) -> int: ...

    def close(self) -> None: ...
