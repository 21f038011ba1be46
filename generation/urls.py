from django.urls import path

from generation import edit_views, views

app_name = "generation"
urlpatterns = [
    path("generate", views.create, name="create"),
    path("history", views.history, name="history"),
    path("jobs/<uuid:pk>", views.job, name="job"),
    path("jobs/<uuid:pk>/preview", views.preview, name="preview"),
    path("jobs/<uuid:pk>/cancel", views.cancel, name="cancel"),
    path("pictures/<uuid:pk>", views.image, name="image"),
    path("pictures/<uuid:pk>/edit", edit_views.edit, name="edit"),
    path("pictures/<uuid:pk>/vary", edit_views.vary, name="vary"),
    path("upload", edit_views.upload, name="upload"),
    path("uploads/<uuid:pk>", edit_views.uploaded, name="uploaded"),
    path("uploads/<uuid:pk>/edit", edit_views.edit_upload, name="edit_upload"),
    path("uploads/<uuid:pk>/vary", edit_views.vary_upload, name="vary_upload"),
    path("refusals/<uuid:pk>", views.refusal, name="refusal"),
    path("staff/refusals", views.refusal_queue, name="refusals"),
]
