"""Who may get an account: nobody by signing up, unless the installation allows it; others are made by platform admins."""

import logging
import unicodedata
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest

from tenants.mail import on_site

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.ALLOW_SIGNUP

    def render_mail(self, template_prefix: str, email: Any, context: dict[str, Any], headers: Any = None) -> EmailMessage:
        return super().render_mail(template_prefix, email, on_site(context), headers)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is away is the operators' to know: an error on the page would tell a stranger who exists."""
        try:
            super().send_mail(template_prefix, email, context)
        except (SMTPException, OSError) as error:
            if getattr(self.request.user, "is_platform_admin", False):
                raise
            log.error("mail not sent", extra={"template": template_prefix, "error": type(error).__name__})

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Attempts count for a person, however the address is written. allauth's own key has the Host header in it,
        so that whoever guesses would get five attempts more for every port named there."""
        login = credentials.get("email") or credentials.get("username") or ""
        return unicodedata.normalize("NFKC", login).strip().casefold()


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Somebody from the identity provider is let in as the user of that verified address, never made a new one silently."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return settings.ALLOW_SIGNUP
