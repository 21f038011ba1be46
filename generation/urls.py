from django.urls import path

from generation import views

app_name = "generation"
urlpatterns = [
    path("generate", views.create, name="create"),
    path("history", views.history, name="history"),
    path("jobs/<uuid:pk>", views.job, name="job"),
    path("jobs/<uuid:pk>/preview", views.preview, name="preview"),
    path("jobs/<uuid:pk>/cancel", views.cancel, name="cancel"),
    path("pictures/<uuid:pk>", views.image, name="image"),
    path("refusals/<uuid:pk>", views.refusal, name="refusal"),
    path("staff/refusals", views.refusal_queue, name="refusals"),
]
