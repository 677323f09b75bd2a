"""What is watched of people and tenants, whose app cannot know of audit events."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from audit.changes import watch
from tenants.models import ApiToken, Membership, Tenant, User

# What follows from another change, or from a sign-in or a connection test, which are events of their own.
FOLLOWS = ("updated_at", "connection_version", "tested_at", "test_verdict", "test_summary")


def watch_people() -> None:
    watch(User, secret=["password"], ignored=["last_login"])
    watch(Tenant, secret=["password_token"], ignored=FOLLOWS, tenant=lambda tenant: tenant)
    watch(Membership, tenant=lambda membership: membership.tenant)
    watch(ApiToken, secret=["digest"], ignored=["last_used_at"], tenant=lambda token: token.tenant)
    watch(EmailAddress)
    watch(SocialAccount, ignored=["last_login", "extra_data"])
    watch(Authenticator, secret=["data"], ignored=["last_used_at"])
