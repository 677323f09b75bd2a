"""The page *Preferences*, for everybody."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from dashboards.preferences.choosing import NotPreferable, prefer
from dashboards.preferences.forms import PreferencesForm
from tenants.models import User


@require_http_methods(["GET", "HEAD", "POST"])
def preferences_page(request: HttpRequest) -> HttpResponse:
    """With `?default_tenant=` the dashboards of that tenant are offered, of those there are for one."""
    user = cast(User, request.user)
    if request.method != "POST":
        form = PreferencesForm(user, begins_at=request.GET.get("default_tenant"))
    else:
        form = PreferencesForm(user, request.POST)
        if form.is_valid() and _is_stored(user, form):
            messages.success(request, "Your preferences are saved.")
            return redirect("preferences")
    return render(request, "account/preferences.html", {"form": form})


def _is_stored(user: User, form: PreferencesForm) -> bool:
    """False where the form says why not."""
    try:
        prefer(user, form.cleaned_data)
    except NotPreferable as error:
        message = str(error)
        form.add_error(error.field, f"{message[:1].upper()}{message[1:]}.")
        return False
    return True
