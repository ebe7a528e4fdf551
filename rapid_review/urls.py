from django.urls import path

from rapid_review.views import deciding, handing_over, other_area, requests, review

app_name = "rapid_review"

urlpatterns = [
    # The hand-over: these stand at referrals' own addresses (see views/handing_over.py).
    path("notifications/<uuid:pk>/sent/", handing_over.RecordSentView.as_view(), name="record_sent"),
    path("notifications/<uuid:pk>/withdraw/", handing_over.DeNotifyView.as_view(), name="cancel"),
    path(
        "referrals/<uuid:pk>/record-la-first/",
        handing_over.LocalAuthorityFirstView.as_view(),
        name="la_first",
    ),
    path("taking-back/<uuid:pk>/", handing_over.ConfirmTakingBackView.as_view(), name="confirm_taking_back"),
    path(
        "rapid-reviews/<uuid:pk>/take-back/",
        handing_over.TakeBackSendingView.as_view(),
        name="take_back_sending",
    ),
    path(
        "rapid-reviews/taking-back/<uuid:pk>/",
        handing_over.ConfirmSendingTakenBackView.as_view(),
        name="confirm_sending_taken_back",
    ),
    path("cases/<uuid:case_id>/other-area/", other_area.OtherAreaView.as_view(), name="other_area"),
    path(
        "cases/<uuid:case_id>/other-area/tell/",
        other_area.TellOtherAreaView.as_view(),
        name="tell_other_area",
    ),
    path(
        "cases/<uuid:case_id>/other-area/told/",
        other_area.OtherAreaToldView.as_view(),
        name="other_area_told",
    ),
    path(
        "cases/<uuid:case_id>/other-area/end/",
        other_area.LetOtherAreaOutView.as_view(),
        name="let_other_area_out",
    ),
    path(
        "cases/<uuid:case_id>/other-area/ask/",
        other_area.AskOwnAgenciesView.as_view(),
        name="ask_own_agencies",
    ),
    path("rapid-reviews/<uuid:pk>/", review.RapidReviewView.as_view(), name="review"),
    path("rapid-reviews/<uuid:pk>/ask/", requests.AskAgenciesView.as_view(), name="ask"),
    path(
        "rapid-reviews/<uuid:pk>/finish-gathering/",
        review.FinishGatheringView.as_view(),
        name="finish_gathering",
    ),
    path("rapid-reviews/<uuid:pk>/gaps/", review.AcceptGapsView.as_view(), name="gaps"),
    path("rapid-reviews/<uuid:pk>/report/", review.ReportView.as_view(), name="report"),
    path(
        "rapid-reviews/<uuid:pk>/put-to-partners/", review.PutToPartnersView.as_view(), name="put_to_partners"
    ),
    path("rapid-reviews/<uuid:pk>/rework/", review.AskForReworkView.as_view(), name="ask_for_rework"),
    path("rapid-reviews/<uuid:pk>/send/", review.SendView.as_view(), name="send"),
    path("rapid-reviews/<uuid:pk>/letter/", review.LetterView.as_view(), name="letter"),
    path("rapid-reviews/<uuid:pk>/answer/", review.AnswerQueryView.as_view(), name="answer_query"),
    path("rapid-reviews/<uuid:pk>/follow-up/", review.MonitorView.as_view(), name="monitor"),
    path("rapid-reviews/<uuid:pk>/close/", review.CloseView.as_view(), name="close"),
    path("rapid-reviews/decisions/<uuid:pk>/view/", deciding.ViewPage.as_view(), name="give_view"),
    path(
        "rapid-reviews/decisions/<uuid:pk>/on-behalf/",
        deciding.OnBehalfPage.as_view(),
        name="record_on_behalf",
    ),
    path("rapid-reviews/decisions/<uuid:pk>/recommend/", deciding.RecommendPage.as_view(), name="recommend"),
    path("rapid-reviews/decisions/<uuid:pk>/chair/", deciding.ChairPage.as_view(), name="chair_view"),
    path(
        "rapid-reviews/decisions/<uuid:pk>/departure/",
        deciding.DeparturePage.as_view(),
        name="confirm_departure",
    ),
    path("rapid-reviews/decisions/<uuid:pk>/escalate/", deciding.EscalatePage.as_view(), name="escalate"),
    path(
        "rapid-reviews/decisions/<uuid:pk>/lead/", deciding.LeadPartnersPage.as_view(), name="lead_partners"
    ),
    path("requests/<uuid:pk>/", requests.RequestView.as_view(), name="request"),
    path("requests/<uuid:pk>/acknowledge/", requests.AcknowledgeView.as_view(), name="acknowledge"),
    path("requests/<uuid:pk>/return/", requests.AnswerView.as_view(), name="submit_return"),
    path("requests/<uuid:pk>/nothing/", requests.ReturnNothingView.as_view(), name="return_nothing"),
    path("requests/<uuid:pk>/decline/", requests.DeclineView.as_view(), name="decline"),
    path("requests/<uuid:pk>/waive/", requests.WaiveView.as_view(), name="waive"),
    path("requests/<uuid:pk>/accept/", requests.AcceptReturnView.as_view(), name="accept_return"),
    path("requests/<uuid:pk>/question/", requests.QueryReturnView.as_view(), name="query_return"),
    path("requests/<uuid:pk>/chase/", requests.ChaseView.as_view(), name="chase"),
]
