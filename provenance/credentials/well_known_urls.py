from django.urls import path

from accounts.permissions import public
from provenance.credentials import resolution_api as api

app_name = "well_known"
urlpatterns = [path("c2pa-soft-binding-resolution", public(api.Discovery.as_view()), name="discovery")]
