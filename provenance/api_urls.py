from django.urls import path

from accounts.permissions import public
from provenance import api

app_name = "api"
# Anybody may ask; what staff get in addition is decided by their session (provenance.api).
urlpatterns = [
    path("inspections", public(api.Inspections.as_view()), name="inspections"),
    path("inspections/<uuid:pk>", public(api.OneInspection.as_view()), name="inspection"),
    path("schema", public(api.Schema.as_view()), name="schema"),
    # Anything else under this prefix gets an answer that a program can read.
    path("<path:rest>", public(api.Missing.as_view()), name="missing"),
]
