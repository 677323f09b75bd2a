from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "tenants"
    verbose_name = "Tenants and people"

    def ready(self) -> None:
        from tenants.access import forget_visits, forget_visits_of_session, forget_visits_of_user
        from tenants.known import forget_on_change
        from tenants.models import Membership, Session, Tenant, User
        from tenants.session_options import forget_environment

        forget_environment()
        forget_on_change(Session, forget_visits_of_session)
        forget_on_change(User, forget_visits_of_user)
        for model in (Tenant, Membership):
            forget_on_change(model, lambda _: forget_visits())
