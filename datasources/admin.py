"""The shared data sources stand under *Operation* in the administration, and on pages of their own."""

from typing import cast

from django.contrib import admin

from datasources.pages.views import from_admin
from tenants.operators import OperatorPage, OperatorSite

cast(OperatorSite, admin.site).add_page(OperatorPage("sources", "Data sources", from_admin))
