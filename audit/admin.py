"""Events stand under *Operation* in the administration, and on pages of their own."""

from typing import cast

from django.contrib import admin

from audit.views import from_admin
from tenants.operators import OperatorPage, OperatorSite

cast(OperatorSite, admin.site).add_page(OperatorPage("audit", "Audit", from_admin))
