"""The caller, and what it prefers."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from api.schemas.parts import PLAIN, Given, Slug, example

ThemeName = Literal["system", "light", "dark"]
ZONE = "Empty: each tenant's."
HOME = "The dashboard that `/` leads to, in the default tenant."
REFRESH = "Seconds; 0: never by itself; null: as each dashboard says."

_EXAMPLE = {
    "theme": "dark",
    "time_zone": "Europe/Paris",
    "default_tenant_id": "acme",
    "home_dashboard": "overview",
    "refresh": 60,
}


class Preferences(BaseModel):
    model_config = example(**_EXAMPLE)

    theme: ThemeName
    time_zone: Annotated[str, Field(description=ZONE)]
    default_tenant_id: Annotated[str | None, Field(description="The tenant that `/` leads to.")]
    home_dashboard: Annotated[str | None, Field(description=HOME)]
    refresh: Annotated[int | None, Field(description=REFRESH)]


class PreferencesChange(Given):
    """What is not named stays; null takes a choice back."""

    model_config = example(**_EXAMPLE)

    theme: ThemeName = "system"
    time_zone: Annotated[str, StringConstraints(max_length=64, pattern=PLAIN), Field(description=ZONE)] | None = None
    default_tenant_id: Slug | None = None
    home_dashboard: Annotated[Slug, Field(description=HOME)] | None = None
    refresh: Annotated[int, Field(ge=0, le=86_400, description=REFRESH)] | None = None


class Me(BaseModel):
    model_config = example(user_id=7, email="ada@example.com", name="Ada", is_platform_admin=False, preferences=_EXAMPLE)

    user_id: int
    email: str
    name: str
    is_platform_admin: bool
    preferences: Preferences


class MeChange(Given):
    model_config = example(name="Ada Lovelace")

    name: Annotated[str, StringConstraints(max_length=150, pattern=PLAIN, strip_whitespace=True)]
