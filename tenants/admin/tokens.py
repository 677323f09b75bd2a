"""Everybody's API tokens for those who run this: whose they are, what they may, when they were used; never what they are."""

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from tenants.models import ApiToken
from tenants.tokens.making import revoke_token


class InForceFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("in-force", "in force"), ("revoked", "revoked"), ("expired", "expired")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> QuerySet[ApiToken]:
        is_over = Q(expires_at__lte=timezone.now())
        chosen = {
            "in-force": Q(revoked_at__isnull=True) & ~is_over,
            "revoked": Q(revoked_at__isnull=False),
            "expired": Q(revoked_at__isnull=True) & is_over,
        }
        return queryset.filter(chosen.get(self.value() or "", Q()))


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):
    """Only their owners make tokens; nobody changes one."""

    list_display = ["name", "shown", "user", "tenant", "scope", "state", "created_at", "last_used_at"]
    list_filter = [InForceFilter, "scope", "tenant"]
    list_select_related = ["user", "tenant"]
    search_fields = ["name", "public_id", "user__email"]
    fields = [
        "name",
        "shown",
        "user",
        "tenant",
        "scope",
        "calls_a_minute",
        "state",
        "created_at",
        "expires_at",
        "revoked_at",
        "last_used_at",
    ]
    actions = ["revoke"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        """What is revoked stays to be looked up. With its user or tenant it goes, which Django asks here as well."""
        page = request.resolver_match.url_name if request.resolver_match else None
        return not (page or "").startswith("tenants_apitoken_")

    @admin.display(description="id", ordering="public_id")
    def shown(self, token: ApiToken) -> str:
        return f"pd_{token.public_id}…"

    @admin.display(description="state")
    def state(self, token: ApiToken) -> str:
        if token.revoked_at is not None:
            return "revoked"
        if token.expires_at is None:
            return "never expires"
        return f"{'expired' if token.is_expired else 'expires'} {token.expires_at:%Y-%m-%d}"

    @admin.action(description="Revoke", permissions=["view"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        tokens = list(queryset.filter(revoked_at__isnull=True))
        for token in tokens:
            revoke_token(token)
            self.log_change(request, token, "Was revoked.")
        self.message_user(request, f"{len(tokens)} revoked.", messages.SUCCESS)
