from django.urls import path

from accounts.permissions import public
from provenance.credentials import resolution_api as api

app_name = "resolution"
# Anybody may ask. What the specification has and we do not offer says so, instead of a bare 404.
urlpatterns = [
    path("matches/byBinding", public(api.ByBinding.as_view()), name="by_binding"),
    path("matches/byContent", public(api.ByContent.as_view()), name="by_content"),
    path("manifests/<str:activeManifestId>", public(api.OneManifest.as_view()), name="manifest"),
    path("services/supportedAlgorithms", public(api.SupportedAlgorithms.as_view()), name="algorithms"),
    path("services/capabilities", public(api.Capabilities.as_view()), name="capabilities"),
    path("services/status", public(api.Status.as_view()), name="status"),
    path("openapi.json", public(api.Document.as_view()), name="document"),
    path("matches/byReference", public(api.NotOffered.as_view()), name="by_reference"),
    path("manifests", public(api.NotOffered.as_view()), name="manifests"),
    path("manifests/<str:activeManifestId>/receipts", public(api.NotOffered.as_view()), name="receipts"),
    path("bindings", public(api.NotOffered.as_view()), name="bindings"),
    path("<path:rest>", public(api.Missing.as_view()), name="missing"),
]
