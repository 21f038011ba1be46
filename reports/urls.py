from django.urls import path

from reports import views

app_name = "reports"
# Case numbers are slugs: the converter keeps out what PostgreSQL cannot take as text, such as NUL.
urlpatterns = [
    path("report", views.submit, name="submit"),
    path("report/receipt", views.receipt, name="receipt"),
    path("report/receipt/written-down", views.forget_receipt, name="forget_receipt"),
    path("report/status", views.status, name="status"),
    path("staff/cases", views.queue, name="queue"),
    path("staff/cases/<slug:number>", views.case, name="case"),
    path("staff/cases/<slug:number>/decide", views.decide, name="decide"),
    path("staff/cases/<slug:number>/link", views.link, name="link"),
    path("staff/cases/<slug:number>/examine-again", views.examine_again, name="examine_again"),
]
