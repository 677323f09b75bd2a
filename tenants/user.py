"""People, who sign in."""

from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from tenants.known import KnownQuerySet
from tenants.validators import SLUG, validate_time_zone

if TYPE_CHECKING:
    from tenants.models import Tenant


class Theme(models.TextChoices):
    SYSTEM = "", "The system's"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


class UserManager(BaseUserManager["User"]):
    use_in_migrations = True

    def get_queryset(self) -> "KnownQuerySet[User]":
        return KnownQuerySet(self.model, using=self._db)

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=(email or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person, who signs in by e-mail. A superuser is a platform admin: above every tenant."""

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=150, blank=True)
    time_zone = models.CharField(max_length=64, blank=True, validators=[validate_time_zone], help_text="Empty: the tenant's.")
    theme = models.CharField(max_length=5, choices=Theme.choices, default=Theme.SYSTEM, db_default="", blank=True)
    default_tenant = models.ForeignKey(
        "Tenant", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", help_text="Where / leads to."
    )
    # By its id, as placements name panels: a tenant's own dashboard of that id wins over a shared one.
    home_dashboard = models.CharField(max_length=63, default="", db_default="", blank=True, validators=[SLUG])
    refresh_seconds = models.PositiveIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(86_400)], help_text="Empty: the dashboard's. 0: never by itself."
    )
    is_active = models.BooleanField("active", default=True)
    is_staff = models.BooleanField("may use the admin site", default=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    # Not stored. Who calls with a token of one tenant is confined to it while the call lasts, platform admins too.
    confined_to: int | None = None

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        ordering = ["email"]
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_is_lower_case"),
            models.CheckConstraint(condition=Q(theme__in=["", "light", "dark"]), name="user_theme_is_known"),
        ]

    def __str__(self) -> str:
        return self.email

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """Ada@Example.com and ada@example.com are one person."""
        return super().normalize_username(username).lower()

    @property
    def is_above_tenants(self) -> bool:
        """Admin of whatever tenant it is."""
        return self.is_active and self.is_superuser

    @property
    def is_platform_admin(self) -> bool:
        """May do what is no tenant's own business."""
        return self.is_above_tenants and self.confined_to is None

    def may_reach(self, tenant: "Tenant") -> bool:
        """Whether the way this user came in leads to the tenant; what the user may do there is another question."""
        return self.confined_to in (None, tenant.pk)
