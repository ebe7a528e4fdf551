from django.urls import path

from panels.views import alternative, commissioning, deciding, people, reports, review

app_name = "panels"

urlpatterns = [
    # From what went before
    path(
        "rapid-reviews/<uuid:pk>/commission/",
        commissioning.BeginCommissioningView.as_view(),
        name="begin_commissioning",
    ),
    path(
        "rapid-reviews/<uuid:pk>/alternative/",
        commissioning.BeginAlternativeView.as_view(),
        name="begin_alternative",
    ),
    path(
        "rapid-reviews/<uuid:pk>/conclude-reconsidered/",
        commissioning.ConcludeReconsideredView.as_view(),
        name="conclude_reconsidered",
    ),
    path("cases/<uuid:case_id>/notices/review/", commissioning.NoticesView.as_view(), name="notices"),
    path(
        "cases/<uuid:case_id>/notices/reviewer/",
        commissioning.ReviewerNoticesView.as_view(),
        name="reviewer_notices",
    ),
    path(
        "cases/<uuid:case_id>/notices/discontinued/",
        commissioning.DiscontinuationNoticesView.as_view(),
        name="discontinuation_notices",
    ),
    path(
        "cases/<uuid:case_id>/other-review/",
        commissioning.OpenAlternativeView.as_view(),
        name="open_alternative",
    ),
    path(
        "cases/<uuid:case_id>/national-review/",
        commissioning.OpenNationalView.as_view(),
        name="open_national",
    ),
    # The review
    path("reviews/<uuid:pk>/", review.ReviewView.as_view(), name="review"),
    path("reviews/<uuid:pk>/start/", review.StartReviewView.as_view(), name="start_review"),
    path("reviews/<uuid:pk>/draft/", review.StartDraftingView.as_view(), name="start_drafting"),
    path("reviews/<uuid:pk>/more-information/", review.ReturnToReviewView.as_view(), name="return_to_review"),
    path("reviews/<uuid:pk>/put-up/", review.SubmitReportView.as_view(), name="submit_report"),
    path("reviews/<uuid:pk>/ask-for-changes/", review.AskForChangesView.as_view(), name="ask_for_changes"),
    path("reviews/<uuid:pk>/sign-off/", review.SignOffReportView.as_view(), name="sign_off_report"),
    path("reviews/<uuid:pk>/discontinue/", review.DiscontinueView.as_view(), name="discontinue"),
    path("reviews/<uuid:pk>/national/", review.RecordNationalView.as_view(), name="record_national_review"),
    path("reviews/<uuid:pk>/national/finished/", review.FinishNationalView.as_view(), name="finish_national"),
    path(
        "reviews/<uuid:pk>/national/local/",
        review.CommissionBesideNationalView.as_view(),
        name="commission_beside_national",
    ),
    path("reviews/<uuid:pk>/national/ask/", review.AskLocalView.as_view(), name="ask_local"),
    path(
        "reviews/<uuid:pk>/discontinue/ask/",
        review.AskDiscontinuationView.as_view(),
        name="ask_discontinuation",
    ),
    path("reviews/<uuid:pk>/taking-part/", review.EngagementView.as_view(), name="engagement"),
    path("reviews/<uuid:pk>/gaps/", review.AcceptGapsView.as_view(), name="gaps"),
    path("reviews/<uuid:pk>/check/", review.CheckProgressView.as_view(), name="check_progress"),
    path("reviews/<uuid:pk>/recommendations/add/", review.RecommendView.as_view(), name="recommend"),
    path("reviews/<uuid:pk>/cases/add/", commissioning.AddCaseView.as_view(), name="add_case"),
    # Who works on it, and on what terms
    path("reviews/<uuid:pk>/propose/", people.ProposeView.as_view(), name="propose"),
    path("reviews/<uuid:pk>/panel/close/", people.ClosePanelView.as_view(), name="close_panel"),
    path("appointments/<uuid:pk>/", people.AppointmentView.as_view(), name="appointment"),
    path("appointments/<uuid:pk>/declaration/", people.DeclareView.as_view(), name="declare"),
    path("appointments/<uuid:pk>/appoint/", people.AppointView.as_view(), name="appoint"),
    path("appointments/<uuid:pk>/drop/", people.DropProposalView.as_view(), name="drop_proposal"),
    path("appointments/<uuid:pk>/end/", people.EndAppointmentView.as_view(), name="end_appointment"),
    path("reviews/<uuid:pk>/terms/write/", people.WriteTermsView.as_view(), name="terms"),
    path("terms/<uuid:pk>/", people.TermsView.as_view(), name="terms_version"),
    path("terms/<uuid:pk>/agree/", people.AgreeTermsView.as_view(), name="agree_terms"),
    path("terms/<uuid:pk>/replace/", people.ReplaceTermsView.as_view(), name="replace_terms"),
    # The report
    path("reviews/<uuid:pk>/report/upload/", reports.UploadView.as_view(), name="upload"),
    path("report-versions/<uuid:pk>/circulate/", reports.CirculateView.as_view(), name="circulate"),
    path(
        "report-versions/<uuid:pk>/close-comments/",
        reports.CloseCommentsView.as_view(),
        name="close_comments",
    ),
    # The partners' decisions on it
    path("reviews/decisions/<uuid:pk>/view/", deciding.GiveViewView.as_view(), name="give_view"),
    path(
        "reviews/decisions/<uuid:pk>/on-behalf/",
        deciding.RecordOnBehalfView.as_view(),
        name="record_on_behalf",
    ),
    path("reviews/decisions/<uuid:pk>/chair/", deciding.ChairViewView.as_view(), name="chair_view"),
    path(
        "reviews/decisions/<uuid:pk>/recommend/",
        deciding.RecommendDecisionView.as_view(),
        name="recommend_decision",
    ),
    path(
        "reviews/decisions/<uuid:pk>/escalate/",
        deciding.EscalateDecisionView.as_view(),
        name="escalate_decision",
    ),
    path("reviews/decisions/<uuid:pk>/lead/", deciding.LeadPartnersView.as_view(), name="lead_partners"),
    # Another kind of review
    path("other-reviews/<uuid:pk>/", alternative.AlternativeView.as_view(), name="alternative"),
    path("other-reviews/<uuid:pk>/plan/", alternative.PlanView.as_view(), name="plan_alternative"),
    path("other-reviews/<uuid:pk>/held/", alternative.RecordHeldView.as_view(), name="record_held"),
    path("other-reviews/<uuid:pk>/write-up/", alternative.WriteUpView.as_view(), name="write_up"),
    path("other-reviews/<uuid:pk>/more/", alternative.AskForMoreView.as_view(), name="ask_for_more"),
    path("other-reviews/<uuid:pk>/agree/", alternative.AgreeFindingsView.as_view(), name="agree_findings"),
    path(
        "other-reviews/<uuid:pk>/discontinue/",
        alternative.DiscontinueAlternativeView.as_view(),
        name="discontinue_alternative",
    ),
    path("other-reviews/<uuid:pk>/commission/", alternative.EscalateView.as_view(), name="escalate"),
    path("other-reviews/<uuid:pk>/criteria-met/", alternative.CriteriaMetView.as_view(), name="criteria_met"),
    path("other-reviews/<uuid:pk>/ask-review/", alternative.AskAgainView.as_view(), name="ask_again"),
    path("other-reviews/<uuid:pk>/ask-criteria/", alternative.AskCriteriaView.as_view(), name="ask_criteria"),
]
