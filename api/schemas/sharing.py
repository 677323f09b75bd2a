"""Whose a panel or a dashboard is, and which version of it: the same for both."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.schemas.parts import Slug

Version = Annotated[
    int, Field(ge=1, le=2_147_483_647, description="The version the change was made on; or say it by `If-Match`.")
]
SharedWith = Annotated[
    list[Slug], Field(max_length=10_000, description="The tenants it is shared with; null: every tenant. For platform admins.")
]
Owner = Annotated[Slug, Field(description="The tenant it belongs to; null: shared, for platform admins.")]


class Kept(BaseModel):
    """What is known of a row: whose it is, and who has changed it last."""

    tenant_id: Annotated[str | None, Field(description="The tenant it belongs to; null: it is shared.")]
    shared_with: Annotated[list[str] | None, Field(description="Of what is shared with chosen tenants, for platform admins.")]
    version: int
    created_at: datetime
    updated_at: datetime
    updated_by: Annotated[str | None, Field(description="For editors.")]
