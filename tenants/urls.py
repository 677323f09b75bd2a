from django.urls import path

from tenants.tokens.views import revoke_page, tokens_page

urlpatterns = [
    path("", tokens_page, name="tokens"),
    path("<slug:public_id>/revoke/", revoke_page, name="token_revoke"),
]
