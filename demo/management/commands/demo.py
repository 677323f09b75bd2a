"""`manage.py demo`: three tenants with databases, data, people, panels and dashboards. Safe to run again."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from demo.accounts import make_people, make_tenant, missing_tenants
from demo.databases import fill_database, is_filled, make_database, make_reader
from demo.definitions import load_definitions


class Command(BaseCommand):
    help = "Make the demo tenants with their databases, data, accounts and dashboards. What is there stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        password = os.environ.get("PANELDASH_DEMO_PASSWORD", "")
        if len(password) < 8:
            raise CommandError("Set PANELDASH_DEMO_PASSWORD to a password of eight characters or more.")
        for tenant in missing_tenants():
            self.stdout.write(f"  Demo tenant {tenant.name}: making its database and {tenant.history.days} days of data …")
            self.stdout.flush()
            make_database(tenant)
            if not is_filled(tenant):
                fill_database(tenant)
            make_tenant(tenant, make_reader(tenant))
        make_people(password)
        made = load_definitions()
        if made:
            self.stdout.write(f"  Demo panels and dashboards: {made} made")
