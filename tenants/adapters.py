"""Who may get an account: nobody by signing up, unless the installation allows it; others are made by platform admins."""

import unicodedata
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.core.mail import EmailMessage
from django.http import HttpRequest

from tenants.addresses import in_small_letters
from tenants.mail import on_site, post


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.ALLOW_SIGNUP

    def render_mail(self, template_prefix: str, email: Any, context: dict[str, Any], headers: Any = None) -> EmailMessage:
        return super().render_mail(template_prefix, email, on_site(context), headers)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Operators wait for the mail server and meet its errors. Others do not: either would tell a stranger who exists."""
        if getattr(self.request.user, "is_platform_admin", False):
            super().send_mail(template_prefix, email, context)
            return
        facts = {"request": self.request, "email": email, "current_site": get_current_site(self.request)}
        post(self.render_mail(template_prefix, email, {**facts, **context}), template=template_prefix)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Attempts count for a person, however the address is written. allauth's own key has the Host header in it,
        so that whoever guesses would get five attempts more for every port named there."""
        login = credentials.get("email") or credentials.get("username") or ""
        return unicodedata.normalize("NFKC", login).strip().casefold()


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Somebody from the identity provider is let in as the user of that verified address, never made a new one silently."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return settings.ALLOW_SIGNUP

    def can_authenticate_by_email(self, login: Any, email: str) -> bool:
        return _vouches_for(login, email) and super().can_authenticate_by_email(login, email)

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Who signs up with an address the provider does not vouch for has to confirm it."""
        for address in sociallogin.email_addresses:
            address.verified = address.verified and _vouches_for(sociallogin, address.email)


def _vouches_for(login: Any, email: str) -> bool:
    """By the provider's own words: allauth has made the address small already, and takes any text for verified."""
    said = login.account.get_provider_account().get_user_data()
    is_verified = said.get("email_verified") in (True, "true")  # some providers write their booleans as text
    return is_verified and in_small_letters(str(said.get("email", "")).strip()) == email
