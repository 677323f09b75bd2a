"""Who: tenants, and who belongs to which as what; and where Django finds the other models of the app."""

from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value

from tenants.key import Key
from tenants.known import KnownQuerySet
from tenants.resolve import HostRefused, check_host
from tenants.session import Session as Session
from tenants.tokens.model import ApiToken as ApiToken
from tenants.tokens.model import TokenScope as TokenScope
from tenants.user import User as User
from tenants.user import UserManager as UserManager  # where a migration looks for it
from tenants.validators import SLUG, check_certificate, validate_attributes, validate_time_zone

CONNECTION_FIELDS = (
    "host", "port", "database", "user", "password_token", "sslmode", "ca_certificate",
    "time_zone", "search_path", "timeout_ms",
)  # fmt: skip
FOLLOWING_FIELDS = ("connection_version", "tested_at", "test_verdict", "test_summary")


class Role(models.TextChoices):
    VIEWER = "viewer", "Viewer"
    EDITOR = "editor", "Editor"
    ADMIN = "admin", "Admin"

    def includes(self, other: "Role") -> bool:
        """A higher role may all that a lower one may."""
        ladder = list(Role)
        return ladder.index(self) >= ladder.index(other)


class TenantQuerySet(KnownQuerySet["Tenant"]):
    def open_to(self, user: User) -> "TenantQuerySet":
        """The active tenants a user may look into: all of them for a platform admin."""
        active = self.filter(is_active=True) if user.confined_to is None else self.filter(is_active=True, pk=user.confined_to)
        return active if user.is_above_tenants else active.filter(memberships__user=user)


class Tenant(models.Model):
    """A customer, and how to reach the database that belongs to it alone."""

    class SslMode(models.TextChoices):
        DISABLE = "disable", "disable: plain text"
        PREFER = "prefer", "prefer: encrypted if the server can"
        REQUIRE = "require", "require: encrypted, certificate not checked"
        VERIFY_CA = "verify-ca", "verify-ca: certificate checked"
        VERIFY_FULL = "verify-full", "verify-full: certificate and host name checked"

    class Verdict(models.TextChoices):
        """What the last connection test found."""

        UNTESTED = "untested", "not tested"
        GOOD = "good", "good"
        WARNING = "warning", "warnings"
        REFUSED = "refused", "not fit"
        UNREACHABLE = "unreachable", "unreachable"

    slug = models.CharField("tenant id", max_length=63, unique=True, validators=[SLUG])
    name = models.CharField(max_length=200)
    host = models.CharField(max_length=255)
    port = models.PositiveIntegerField(default=5432, validators=[MinValueValidator(1), MaxValueValidator(65_535)])
    database = models.CharField(max_length=63)
    user = models.CharField("role", max_length=63, help_text="A read-only role of the tenant's database.")
    password_token = models.TextField(editable=False, blank=True)
    sslmode = models.CharField("TLS", max_length=16, choices=SslMode.choices, default=SslMode.VERIFY_FULL)
    ca_certificate = models.TextField("CA certificate", blank=True, help_text="PEM; empty: the system's.")
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    search_path = models.CharField("schemas", max_length=500, default="public", help_text="Schemas panels may read, by comma.")
    timeout_ms = models.PositiveIntegerField(
        "statement timeout (ms)", null=True, blank=True, help_text="Empty: the installation's PANEL_TIMEOUT_MS.",
        validators=[MinValueValidator(100), MaxValueValidator(30_000)],
    )  # fmt: skip
    attributes = models.JSONField(
        default=dict, db_default=Value({}, models.JSONField()), blank=True, validators=[validate_attributes],
        help_text='What dashboards may say of this tenant: {"region": "eu", "plan": "gold"}. Not for secrets.',
    )  # fmt: skip
    row_limit = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: the installation's PANEL_ROW_LIMIT.")
    # By its id, as a person's is.
    home_dashboard = models.CharField(max_length=63, default="", db_default="", blank=True, editable=False, validators=[SLUG])
    is_active = models.BooleanField("enabled", default=True)
    connection_version = models.PositiveIntegerField(default=1, editable=False)
    tested_at = models.DateTimeField("last test", null=True, editable=False)
    test_verdict = models.CharField(
        "connection", max_length=12, choices=Verdict.choices, default=Verdict.UNTESTED, editable=False
    )
    test_summary = models.CharField(max_length=500, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership", related_name="tenants")

    objects = TenantQuerySet.as_manager()
    _stored: tuple[Any, ...] | None = None

    class Meta:
        ordering = ["name", "slug"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **options: Any) -> None:
        """A changed connection gets a new version, so that no process goes on using the old one."""
        changed = self._stored is not None and self._stored != self._connection()
        if changed:
            # Counted by the database: two who save at the same moment get two versions.
            self.connection_version = F("connection_version") + 1
            self.tested_at, self.test_verdict, self.test_summary = None, self.Verdict.UNTESTED, ""
            if options.get("update_fields") is not None:
                options["update_fields"] = {*options["update_fields"], *FOLLOWING_FIELDS}
        super().save(*args, **options)
        if changed:
            self.refresh_from_db(fields=["connection_version"])
        self._stored = self._connection()

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **options: Any) -> "Tenant":
        tenant = super().from_db(db, field_names, values, **options)
        tenant._stored = tenant._connection()
        return tenant

    def clean(self) -> None:
        """The host is one that PanelDash may go to, and the database is not PanelDash's own."""
        try:
            check_host(self.host)
        except HostRefused as error:
            raise ValidationError({"host": str(error)}) from error
        central = settings.DATABASES["default"]
        own = (central.get("HOST") or "localhost", int(central.get("PORT") or 5432), central["NAME"])
        if (self.host, self.port, self.database) == own:
            raise ValidationError({"database": "This is PanelDash's own database. It must not be a tenant's."})
        if any(name.strip().startswith(("pg_", "information_schema")) for name in self.search_path.split(",")):
            raise ValidationError({"search_path": "PostgreSQL's own schemas are not for panels."})
        if self.ca_certificate:
            check_certificate(self.ca_certificate)

    def refresh_from_db(self, *args: Any, **options: Any) -> None:
        super().refresh_from_db(*args, **options)
        self._stored = self._connection()

    @property
    def alias(self) -> str:
        """The name of its database among Django's."""
        return f"tenant_{self.slug}"

    # As a Database: a tenant is its own first one.

    @property
    def owner(self) -> "Tenant":
        return self

    @property
    def key(self) -> Key:
        return Key(self.pk)

    @property
    def is_operators(self) -> bool:
        return True

    def password(self) -> str:
        from tenants.credentials import tenant_password

        return tenant_password(self)

    @property
    def password_binding(self) -> str:
        """What the password's token is bound to: this field of this row."""
        return f"tenants.Tenant.password:{self.pk}"

    def set_password(self, plain: str) -> None:
        """Encrypt and keep the role's password. The tenant must have been saved before; save it afterwards."""
        from tenants.credentials import encrypt

        if self.pk is None:
            raise ValueError("save the tenant before its password: the secret is bound to its row")
        self.password_token = encrypt(plain, bound_to=self.password_binding)

    def _connection(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in CONNECTION_FIELDS if name not in self.get_deferred_fields())


class Membership(models.Model):
    """That a person belongs to a tenant, and as what."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = KnownQuerySet["Membership"].as_manager()

    class Meta:
        ordering = ["tenant", "user"]
        constraints = [
            models.UniqueConstraint(fields=["user", "tenant"], name="one_membership_a_user_and_tenant"),
            models.CheckConstraint(condition=Q(role__in=["viewer", "editor", "admin"]), name="membership_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.tenant}: {self.role}"
