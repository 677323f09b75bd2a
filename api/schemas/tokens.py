"""Tokens for programs. The secret goes out once, when a token is made."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from api.schemas.parts import PLAIN, Given, Page, example
from tenants.tokens.model import DEFAULT_DAYS, MOST_CALLS, MOST_DAYS

ScopeName = Literal["read", "write"]
CALLS = "How many calls a minute it may make, besides its user's limit; null: as many as that."

_EXAMPLE = {
    "id": "3f9a01c2d4",
    "name": "nightly report",
    "scope": "read",
    "tenant_id": None,
    "calls_a_minute": 60,
    "created_at": "2026-11-21T09:00:00+00:00",
    "expires_at": "2027-02-19T09:00:00+00:00",
    "last_used_at": None,
}


class NewToken(Given):
    """With a session the token is its user's; without one, whose e-mail and password these are."""

    model_config = example(name="nightly report", scope="read", expires_in_days=30)

    email: Annotated[str, StringConstraints(max_length=254, pattern=PLAIN)] | None = None
    password: Annotated[str, StringConstraints(max_length=1_000), Field(json_schema_extra={"writeOnly": True})] | None = None
    name: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=PLAIN, strip_whitespace=True)]
    scope: ScopeName = "write"
    tenant_id: Annotated[str, StringConstraints(max_length=63, pattern=PLAIN)] | None = Field(
        None, description="The one tenant the token is limited to. Without: all of the user's."
    )
    expires_in_days: Annotated[int, Field(ge=1, le=MOST_DAYS)] | None = Field(
        DEFAULT_DAYS, description="null: never, for platform admins only."
    )
    calls_a_minute: Annotated[int, Field(ge=1, le=MOST_CALLS)] | None = Field(None, description=CALLS)

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.email is None) != (self.password is None):
            raise ValueError("e-mail and password come together")
        return self


class Token(BaseModel):
    model_config = example(**_EXAMPLE)

    id: str
    name: str
    scope: ScopeName
    tenant_id: str | None
    calls_a_minute: Annotated[int | None, Field(description=CALLS)]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class MadeToken(Token):
    """`token` is the secret. It is told here, and never again."""

    model_config = example(**_EXAMPLE, token="pd_3f9a01c2d4_…")  # noqa: S106

    token: str


class TokenPage(Page[Token]):
    pass
