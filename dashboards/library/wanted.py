"""What somebody looks for among a tenant's dashboards, as the address of the list says it."""

from dataclasses import dataclass

from django.http import QueryDict

from dashboards.panels.base import BadRequest

LONGEST_WORD = 200
LAST_PAGE = 10_000
MOST_TAGS = 20
STATES = ("", "draft", "archived")
SORTS = ("name", "changed")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. `state` is empty for all but archived ones, `folder` None for all of them."""

    q: str = ""
    folder: str | None = None
    tags: tuple[str, ...] = ()
    state: str = ""
    only_favorites: bool = False
    sort: str = "name"
    page: int = 1

    @classmethod
    def of(cls, query: QueryDict) -> "Wanted":
        """Raises BadRequest for what no link and no form of ours asks."""
        page = query.get("page", "1")
        if not page.isascii() or not page.isdigit() or not 0 < int(page[:9]) <= LAST_PAGE:
            raise BadRequest("There is no such page.")
        return cls(
            q=_word(query, "q").strip(),
            folder=_word(query, "folder") if query.get("folder") or "nofolder" in query else None,
            tags=tuple(dict.fromkeys(checked(tag, "tag") for tag in query.getlist("tag")[:MOST_TAGS] if tag)),
            state=_one_of(query.get("state", ""), STATES, "state"),
            only_favorites=query.get("favorites", "") == "1",
            sort=_one_of(query.get("sort", "name"), SORTS, "sort"),
            page=int(page),
        )

    @property
    def is_narrow(self) -> bool:
        """Whether more than a list of all was asked for."""
        return bool(self.q or self.folder is not None or self.tags or self.state or self.only_favorites)


def _word(query: QueryDict, name: str) -> str:
    return checked(query.get(name, ""), name)


def checked(text: str, name: str) -> str:
    if len(text) > LONGEST_WORD or "\x00" in text:
        raise BadRequest(f"“{name}” is too long or holds a NUL character.")
    return text


def _one_of(text: str, known: tuple[str, ...], name: str) -> str:
    if text not in known:
        raise BadRequest(f"“{name}” must be one of {', '.join(filter(None, known))}.")
    return text
