from django.urls import path

from provenance import views

app_name = "provenance"
urlpatterns = [
    path("verify", views.verify, name="verify"),
    path("verify/<uuid:pk>", views.answer, name="answer"),
    path("images/<uuid:pk>/thumbnail", views.thumbnail, name="thumbnail"),
    path("images/<uuid:pk>/<str:format_name>", views.download, name="download"),
    path("staff/suspects/<uuid:pk>", views.suspect, name="suspect"),
]
