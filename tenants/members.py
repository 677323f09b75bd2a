"""Who belongs to a tenant is changed here: nobody twice, and never without an admin."""

from allauth.account.forms import ResetPasswordForm
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from tenants.models import Membership, Role, Tenant, User


class AlreadyMember(Exception):
    """This person belongs to the tenant already."""

    def __init__(self) -> None:
        super().__init__("This person is a member already. Change the role instead.")


class LastAdmin(Exception):
    """A tenant that has an admin keeps one."""

    def __init__(self) -> None:
        super().__init__("This is the tenant's last admin. Make somebody else admin before.")


def add_member(tenant: Tenant, *, email: str, role: Role, request: HttpRequest) -> Membership:
    """Let a person in. Whoever has no account yet gets one, and a link to choose a password by.

    The same happens to see for an address that is known and for one that is not. Raises AlreadyMember.
    """
    with transaction.atomic():
        user = User.objects.filter(email=email.lower()).first()
        is_new = user is None
        if user is None:
            user = User.objects.create_user(email)
        try:
            with transaction.atomic():
                membership = Membership.objects.create(tenant=tenant, user=user, role=role)
        except IntegrityError as error:
            raise AlreadyMember from error
    if is_new:
        send_link(user, request)
    return membership


def change_role(membership: Membership, role: Role) -> Membership:
    """Raises LastAdmin."""
    with transaction.atomic():
        if role != Role.ADMIN:
            _keep_an_admin(membership)
        membership.role = role
        membership.save(update_fields=["role"])
    return membership


def remove_member(membership: Membership) -> None:
    """Raises LastAdmin."""
    with transaction.atomic():
        _keep_an_admin(membership)
        membership.delete()


def send_link(user: User, request: HttpRequest) -> bool:
    """Send a link to choose a password; whether there is anybody to send it to."""
    form = ResetPasswordForm({"email": user.email})
    if not form.is_valid():
        return False
    form.save(request)
    return True


def _keep_an_admin(membership: Membership) -> None:
    """One change at a time: two admins who remove each other at the same moment would leave none."""
    Tenant.objects.select_for_update().get(pk=membership.tenant_id)
    membership.refresh_from_db(fields=["role"])
    others = Membership.objects.filter(tenant=membership.tenant_id, role=Role.ADMIN, user__is_active=True).exclude(
        pk=membership.pk
    )
    if membership.role == Role.ADMIN and not others.exists():
        raise LastAdmin
