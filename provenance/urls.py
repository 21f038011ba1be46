from django.urls import path

from provenance import staff_views, views

app_name = "provenance"
urlpatterns = [
    path("verify", views.verify, name="verify"),
    path("verify/<uuid:pk>", views.answer, name="answer"),
    path("verify/<uuid:pk>/cancel", views.cancel, name="cancel"),
    path("verify/<uuid:pk>/credentials", views.credentials, name="credentials"),
    path("verify/<uuid:pk>/crjson", views.crjson, name="crjson"),
    path("verify/<uuid:pk>/picture", views.picture, name="picture"),
    path("verify/<uuid:pk>/original", views.original, name="original"),
    path("images/<uuid:pk>/thumbnail", views.thumbnail, name="thumbnail"),
    path("images/<uuid:pk>/<str:format_name>", views.download, name="download"),
    path("staff/suspects/<uuid:pk>", views.suspect, name="suspect"),
    path("staff/inspections", staff_views.inspections, name="inspections"),
    path("staff/inspections/<uuid:pk>", staff_views.inspection, name="inspection"),
]
