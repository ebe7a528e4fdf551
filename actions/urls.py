from django.urls import path

from actions.views import actions, plans, recommendations

app_name = "actions"

urlpatterns = [
    path("actions/", actions.MineView.as_view(), name="mine"),
    path("cases/<uuid:case_id>/actions/", actions.CaseActionsView.as_view(), name="case"),
    path("cases/<uuid:case_id>/actions/add/", actions.AddActionView.as_view(), name="add"),
    path("actions/<uuid:pk>/", actions.ActionView.as_view(), name="action"),
    path("actions/<uuid:pk>/update/", actions.UpdateView.as_view(), name="update"),
    path("actions/<uuid:pk>/add-evidence/", actions.AddEvidenceView.as_view(), name="add_evidence"),
    path("actions/<uuid:pk>/owner/", actions.ReassignView.as_view(), name="reassign"),
    path("actions/evidence/<uuid:pk>/", actions.EvidenceView.as_view(), name="evidence"),
    path("actions/<uuid:pk>/start/", actions.StartView.as_view(), name="start"),
    path("actions/<uuid:pk>/complete/", actions.CompleteView.as_view(), name="complete"),
    path("actions/<uuid:pk>/ask-for-more/", actions.AskForMoreView.as_view(), name="ask_for_more"),
    path("actions/<uuid:pk>/accept-evidence/", actions.AcceptEvidenceView.as_view(), name="accept_evidence"),
    path(
        "actions/<uuid:pk>/take-back-acceptance/",
        actions.TakeBackAcceptanceView.as_view(),
        name="take_back_acceptance",
    ),
    path("actions/<uuid:pk>/await-impact/", actions.AwaitImpactView.as_view(), name="await_impact"),
    path("actions/<uuid:pk>/close/", actions.CloseActionView.as_view(), name="close_with_impact"),
    path("actions/<uuid:pk>/reopen/", actions.ReopenView.as_view(), name="reopen"),
    path("actions/<uuid:pk>/supersede/", actions.SupersedeView.as_view(), name="supersede"),
    path("actions/<uuid:pk>/extend/", actions.ExtendView.as_view(), name="extend"),
    path(
        "cases/<uuid:case_id>/recommendations/",
        recommendations.RecommendationsView.as_view(),
        name="recommendations",
    ),
    path("cases/<uuid:case_id>/recommendations/add/", recommendations.ProposeView.as_view(), name="propose"),
    path("recommendations/<uuid:pk>/", recommendations.RecommendationView.as_view(), name="recommendation"),
    path("recommendations/<uuid:pk>/change/", recommendations.CorrectView.as_view(), name="correct"),
    path(
        "recommendations/<uuid:pk>/ask/",
        recommendations.RequestResponseView.as_view(),
        name="request_response",
    ),
    path("recommendations/<uuid:pk>/accept/", recommendations.AcceptView.as_view(), name="accept"),
    path(
        "recommendations/<uuid:pk>/accept-in-part/",
        recommendations.AcceptInPartView.as_view(),
        name="accept_in_part",
    ),
    path("recommendations/<uuid:pk>/reject/", recommendations.RejectView.as_view(), name="reject"),
    path("recommendations/<uuid:pk>/ask-again/", recommendations.AskAgainView.as_view(), name="ask_again"),
    path(
        "recommendations/<uuid:pk>/approve/",
        recommendations.TakeIntoPlanView.as_view(),
        name="take_into_plan",
    ),
    path("cases/<uuid:case_id>/action-plan/", plans.DraftPlanView.as_view(), name="draft_plan"),
    path("action-plans/<uuid:pk>/", plans.PlanView.as_view(), name="plan"),
    path("action-plans/<uuid:pk>/agree/", plans.AgreeView.as_view(), name="agree"),
    path("action-plans/<uuid:pk>/back-to-draft/", plans.ReturnToDraftView.as_view(), name="return_to_draft"),
    path("action-plans/<uuid:pk>/start/", plans.RunView.as_view(), name="run"),
    path("action-plans/<uuid:pk>/evaluate/", plans.EvaluateView.as_view(), name="evaluate"),
    path("action-plans/<uuid:pk>/go-on/", plans.ResumeView.as_view(), name="resume"),
    path("action-plans/<uuid:pk>/close/", plans.CloseView.as_view(), name="close"),
    path("action-plans/<uuid:pk>/progress/", plans.ReportProgressView.as_view(), name="report_progress"),
]
