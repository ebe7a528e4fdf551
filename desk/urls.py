from django.urls import path

from desk import health, views
from desk.settings import views as settings

app_name = "desk"

urlpatterns = [
    path("settings/", settings.SettingsView.as_view(), name="settings"),
    path("settings/names/", settings.NamesView.as_view(), name="names"),
    path("settings/contacts/", settings.ContactsView.as_view(), name="contacts"),
    path("settings/deciding/", settings.DecidingView.as_view(), name="deciding"),
    path("settings/directory/", settings.DirectoryView.as_view(), name="directory"),
    path("settings/directory/add/", settings.AddEntryView.as_view(), name="add_entry"),
    path("settings/directory/<uuid:pk>/", settings.ChangeEntryView.as_view(), name="change_entry"),
    path("settings/directory/<uuid:pk>/remove/", settings.RemoveEntryView.as_view(), name="remove_entry"),
    path("settings/agencies/", settings.AgenciesView.as_view(), name="agencies"),
    path("settings/agencies/add/", settings.AddAgencyView.as_view(), name="add_agency"),
    path("settings/agencies/<uuid:pk>/", settings.DomainsView.as_view(), name="domains"),
    path("settings/agencies/<uuid:pk>/end/", settings.EndAgencyView.as_view(), name="end_agency"),
    path("settings/health/", health.HealthView.as_view(), name="health"),
    path("", views.HomeView.as_view(), name="home"),
    path("cases/", views.CaseListView.as_view(), name="cases"),
    path("cases/<uuid:case_id>/", views.CaseView.as_view(), name="case"),
    path("cases/<uuid:case_id>/timeline/", views.TimelineView.as_view(), name="timeline"),
    path("cases/<uuid:case_id>/people/", views.PeopleView.as_view(), name="people"),
    path("cases/<uuid:case_id>/access/", views.AccessView.as_view(), name="access"),
]
