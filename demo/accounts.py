"""The demo's people and tenants in the central database, as CONTRACT promises them."""

from allauth.account.models import EmailAddress
from django.conf import settings

from demo.databases import database_name, role_name
from demo.tenants import TENANTS, DemoTenant
from tenants.models import Membership, Role, Tenant, User

ADMIN, EDITOR, ANALYST = "admin@paneldash.local", "editor@paneldash.local", "analyst@paneldash.local"
MEMBERSHIPS = (
    (EDITOR, "acme", Role.EDITOR),
    (EDITOR, "globex", Role.VIEWER),
    (ANALYST, "acme", Role.VIEWER),
    (ANALYST, "globex", Role.VIEWER),
)


def make_tenant(demo: DemoTenant, password: str) -> Tenant:
    """Register the tenant, or point it at its database again."""
    central = settings.DATABASES["default"]
    tenant, _ = Tenant.objects.update_or_create(
        slug=demo.slug,
        defaults={
            "name": demo.name,
            "host": central["HOST"],
            "port": int(central["PORT"] or 5432),
            "database": database_name(demo),
            "user": role_name(demo),
            "sslmode": Tenant.SslMode.PREFER,
            "time_zone": demo.time_zone,
        },
    )
    tenant.set_password(password)
    tenant.save()
    return tenant


def make_people(password: str) -> None:
    """The three accounts. Who exists keeps name and password: a demo that was changed stays changed."""
    if not User.objects.filter(email=ADMIN).exists():
        User.objects.create_superuser(ADMIN, password, name="Demo admin")
    for email, name in ((EDITOR, "Demo editor"), (ANALYST, "Demo analyst")):
        if not User.objects.filter(email=email).exists():
            User.objects.create_user(email, password, name=name)
    for user in User.objects.filter(email__in=(ADMIN, EDITOR, ANALYST), emailaddress=None):
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)  # no mail ever reaches them
    for email, slug, role in MEMBERSHIPS:
        Membership.objects.get_or_create(
            user=User.objects.get(email=email), tenant=Tenant.objects.get(slug=slug), defaults={"role": role}
        )


def missing_tenants() -> list[DemoTenant]:
    known = set(Tenant.objects.values_list("slug", flat=True))
    return [tenant for tenant in TENANTS if tenant.slug not in known]
