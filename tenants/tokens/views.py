"""The page of a person's own tokens: made, shown once, listed, revoked."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from tenants.models import ApiToken, User
from tenants.tokens.forms import TokenForm
from tenants.tokens.making import TokenRefused, make_token, revoke_token
from tenants.tokens.model import ApiTokenQuerySet


@require_http_methods(["GET", "HEAD", "POST"])
def tokens_page(request: HttpRequest) -> HttpResponse:
    """The list, and a form for one more. The answer to that form is the only page that ever shows the secret."""
    user = _user(request)
    form = TokenForm(user, request.POST if request.method == "POST" else None)
    secret = _made(user, form) if form.is_valid() else None
    context = {"form": TokenForm(user) if secret else form, "secret": secret, "tokens": _own(user)}
    return render(request, "account/tokens.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def revoke_page(request: HttpRequest, public_id: str) -> HttpResponse:
    token = _own(_user(request)).filter(public_id=public_id).first()
    if token is None:
        raise Http404("No such token.")
    if request.method != "POST":
        return render(request, "account/token_revoke.html", {"token": token})
    revoke_token(token)
    messages.success(request, f"“{token.name}” is revoked.")
    return redirect("tokens")


def _made(user: User, form: TokenForm) -> str | None:
    """The secret; None where the form says why there is none."""
    try:
        return make_token(user, **form.cleaned_data)[1]
    except TokenRefused as error:
        form.add_error(None, str(error))
        return None


def _own(user: User) -> ApiTokenQuerySet:
    """Those that are not revoked, expired ones too: one sees why a program has stopped working."""
    found: ApiTokenQuerySet = ApiToken.objects.filter(user=user, revoked_at__isnull=True).select_related("tenant")
    return found


def _user(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)
    return user
