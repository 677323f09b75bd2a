from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "Audit"

    def ready(self) -> None:
        from audit import admin_actions, people, sign_ins, tenants_told, tokens

        people.watch_people()
        sign_ins.listen()
        admin_actions.listen()
        tenants_told.listen()
        tokens.listen()
