"""`/api/v1/…`, and its documentation at `/api/docs`."""

from django.urls import path

from api.data import router as data
from api.doors import api
from api.lists import router as lists

api.add_router("/v1", lists)
api.add_router("/v1", data)

urlpatterns = [path("", api.urls)]
