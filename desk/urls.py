from django.urls import path

from desk import health, views

app_name = "desk"

urlpatterns = [
    path("settings/health/", health.HealthView.as_view(), name="health"),
    path("", views.HomeView.as_view(), name="home"),
    path("cases/", views.CaseListView.as_view(), name="cases"),
    path("cases/<uuid:case_id>/", views.CaseView.as_view(), name="case"),
    path("cases/<uuid:case_id>/timeline/", views.TimelineView.as_view(), name="timeline"),
    path("cases/<uuid:case_id>/people/", views.PeopleView.as_view(), name="people"),
    path("cases/<uuid:case_id>/access/", views.AccessView.as_view(), name="access"),
]
