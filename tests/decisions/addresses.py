"""The addresses of these tests: a stage beside the real ones that asks on the criteria and on the rapid review."""

from __future__ import annotations

from django.urls import include, path

from decisions import views
from decisions.kinds import DecisionKind
from decisions.pages import Act
from lcspr.urls import urlpatterns as project

stage = (
    [
        path("stage/<uuid:pk>/view/", views.GiveViewPage.as_view(), name="give_view"),
        path("stage/<uuid:pk>/on-behalf/", views.RecordOnBehalfPage.as_view(), name="on_behalf"),
        path("stage/<uuid:pk>/chair/", views.ChairViewPage.as_view(), name="chair_view"),
        path("stage/<uuid:pk>/recommend/", views.RecommendPage.as_view(), name="recommend"),
        path("stage/<uuid:pk>/escalate/", views.EscalatePage.as_view(), name="escalate"),
        path("stage/<uuid:pk>/lead-partners/", views.LeadPartnersPage.as_view(), name="lead_partners"),
        path("stage/<uuid:pk>/alone/", views.DecideAlonePage.as_view(), name="alone"),
        path("stage/<uuid:pk>/departure/", views.ConfirmDeparturePage.as_view(), name="departure"),
    ],
    "stage",
)
ROUTES = {
    Act.GIVE_VIEW: "stage:give_view",
    Act.RECORD_ON_BEHALF: "stage:on_behalf",
    Act.CHAIR_VIEW: "stage:chair_view",
    Act.RECOMMEND: "stage:recommend",
    Act.ESCALATE: "stage:escalate",
    Act.LEAD_PARTNERS: "stage:lead_partners",
    Act.DECIDE_ALONE: "stage:alone",
    Act.CONFIRM_DEPARTURE: "stage:departure",
}
KINDS = (DecisionKind.CRITERIA, DecisionKind.RAPID_REVIEW)

urlpatterns = [*project, path("", include(stage))]
