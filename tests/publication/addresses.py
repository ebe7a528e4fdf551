"""The addresses of these tests: everything that is built, with publication before panels as in the real ones."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import include, path

desk = (
    [
        path("", lambda request: HttpResponse("home"), name="home"),
        path("cases/", lambda request: HttpResponse("cases"), name="cases"),
        path("cases/<uuid:case_id>/", lambda request, case_id: HttpResponse("case"), name="case"),
    ],
    "desk",
)
urlpatterns = [
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("casework.urls")),
    path("", include("correspondence.urls")),
    path("", include("deadlines.urls")),
    path("", include("decisions.urls")),
    path("", include("actions.urls")),
    path("", include("publication.urls")),
    path("", include("panels.urls")),
    path("", include(desk)),
]
