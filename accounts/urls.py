from django.urls import URLPattern, path

from accounts import views

app_name = "accounts"
urlpatterns: list[URLPattern] = [
    path("policy", views.policy, name="policy"),
    path("policy/accept", views.accept_policy, name="accept_policy"),
    path("status", views.status, name="status"),
    path("settings", views.settings_page, name="settings"),
    path("staff/admissions", views.admissions, name="admissions"),
    path("staff/admissions/<uuid:user_id>", views.admit, name="admit"),
]
