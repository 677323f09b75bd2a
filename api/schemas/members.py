"""Members of a tenant."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.schemas.parts import Email, Given, Page, example
from api.schemas.tenants import RoleName


class Member(BaseModel):
    model_config = example(
        user_id=7, email="bob@example.com", name="Bob", role="viewer", is_active=True, since="2026-11-21T12:40:05+00:00"
    )

    user_id: int
    email: str
    name: str
    role: RoleName
    is_active: Annotated[bool, Field(description="Whether the account can sign in.")]
    since: datetime


class MemberPage(Page[Member]):
    pass


class NewMember(Given):
    """Whoever has no account yet gets one, and a link to choose a password by."""

    model_config = example(email="bob@example.com", role="viewer")

    email: Email
    role: RoleName = "viewer"


class RoleChange(Given):
    model_config = example(role="editor")

    role: RoleName
