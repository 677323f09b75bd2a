"""A change of a part of a document: JSON merge patch, RFC 7396."""

from typing import Any


def merged(stored: Any, patch: Any) -> Any:
    """What is stored with the patch laid over it: null takes away, lists and plain values are replaced."""
    if not isinstance(patch, dict):
        return patch
    result = dict(stored) if isinstance(stored, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result
