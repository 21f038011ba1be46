"""Every address. Each app owns its own; this file only gives them their prefix."""

from django.urls import include, path
from django.views.generic import TemplateView

urlpatterns = [
    path("", TemplateView.as_view(template_name="home.html"), name="home"),
    path("account/", include("allauth.urls")),
    path("", include("accounts.urls")),
    path("", include("provenance.urls")),
    path("api/v1/", include("provenance.api_urls")),
    path("c2pa/v1/", include("provenance.credentials.resolution_urls")),
    path(".well-known/", include("provenance.credentials.well_known_urls")),
    path("", include("generation.urls")),
    path("", include("reports.urls")),
]
