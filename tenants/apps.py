from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "tenants"
    verbose_name = "Tenants and people"

    def ready(self) -> None:
        from tenants.access import forget_visits, forget_visits_of_session, forget_visits_of_user
        from tenants.known import forget_on_change
        from tenants.models import ApiToken, Membership, Session, Tenant, User
        from tenants.session_options import forget_environment
        from tenants.tokens.bearer import forget_bearers, forget_bearers_of_token, forget_bearers_of_user

        forget_environment()
        forget_on_change(Session, forget_visits_of_session, others_may_know=lambda session: not session.is_new)
        forget_on_change(ApiToken, forget_bearers_of_token)
        for forget_user in (forget_visits_of_user, forget_bearers_of_user):
            forget_on_change(User, forget_user)
        for model in (Tenant, Membership):
            forget_on_change(model, lambda _: forget_visits())
            forget_on_change(model, lambda _: forget_bearers())
