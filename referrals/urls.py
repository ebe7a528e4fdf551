from django.urls import path

from referrals import views
from referrals.views import consulting

app_name = "referrals"

# For an act on a record the page has the transition's name and takes the record's key.
urlpatterns = [
    path("referrals/", views.ReferralListView.as_view(), name="list"),
    path("referrals/start/", views.StartView.as_view(), name="start"),
    path("referrals/ask-first/", consulting.AskFirstView.as_view(), name="ask_first"),
    path("referrals/asked/<uuid:pk>/", consulting.ConsultationView.as_view(), name="consultation"),
    path(
        "referrals/asked/<uuid:pk>/answer/",
        consulting.AnswerConsultationView.as_view(),
        name="answer_consultation",
    ),
    path(
        "referrals/asked/<uuid:pk>/take-back/",
        consulting.WithdrawConsultationView.as_view(),
        name="withdraw_consultation",
    ),
    path(
        "referrals/asked/<uuid:pk>/refer/",
        consulting.BeginFromConsultationView.as_view(),
        name="begin_from_consultation",
    ),
    path("referrals/on-behalf/<uuid:partnership_id>/", views.OnBehalfView.as_view(), name="on_behalf"),
    path("referrals/oral-notice/<uuid:partnership_id>/", views.OralNoticeView.as_view(), name="oral_notice"),
    path("referrals/<uuid:pk>/", views.ReferralView.as_view(), name="referral"),
    path("referrals/<uuid:pk>/write/", views.TasksView.as_view(), name="tasks"),
    path("referrals/<uuid:pk>/write/<slug:page>/", views.PageView.as_view(), name="page"),
    path("referrals/<uuid:pk>/list/<slug:group>/", views.GroupView.as_view(), name="group"),
    path("referrals/<uuid:pk>/list/<slug:group>/add/", views.AddView.as_view(), name="add_member"),
    path("referrals/<uuid:pk>/list/<slug:group>/<str:key>/", views.MemberView.as_view(), name="member"),
    path(
        "referrals/<uuid:pk>/list/<slug:group>/<str:key>/remove/",
        views.RemoveView.as_view(),
        name="remove_member",
    ),
    path(
        "referrals/<uuid:pk>/list/<slug:group>/<str:key>/write/<slug:page>/",
        views.MemberPageView.as_view(),
        name="member_page",
    ),
    path(
        "referrals/<uuid:pk>/questions/<uuid:question>/", views.AnswerView.as_view(), name="answer_question"
    ),
    path("referrals/<uuid:pk>/leave/", views.LeaveView.as_view(), name="leave"),
    path("referrals/<uuid:pk>/ask-to-read/", views.AskEndorsementView.as_view(), name="ask_endorsement"),
    path("referrals/<uuid:pk>/endorse/", views.EndorseView.as_view(), name="endorse"),
    path("referrals/<uuid:pk>/print/", views.PrintView.as_view(), name="print"),
    path("referrals/<uuid:pk>/check/", views.CheckView.as_view(), name="check"),
    path("referrals/<uuid:pk>/submit/", views.SubmitView.as_view(), name="submit"),
    path("referrals/<uuid:pk>/resubmit/", views.ResubmitView.as_view(), name="resubmit"),
    path(
        "referrals/<uuid:pk>/record-la-first/",
        views.LocalAuthorityFirstView.as_view(),
        name="record_la_first",
    ),
    path("referrals/<uuid:pk>/discard/", views.DiscardView.as_view(), name="discard"),
    path("referrals/<uuid:pk>/receipt/", views.ReceiptView.as_view(), name="receipt"),
    path("referrals/<uuid:pk>/attach/", views.AttachView.as_view(), name="attach"),
    path("referrals/<uuid:pk>/outcome/", views.OutcomeView.as_view(), name="outcome"),
    path("referrals/<uuid:pk>/return/", views.ReturnView.as_view(), name="return_to_referrer"),
    path("referrals/<uuid:pk>/accept/", views.AcceptView.as_view(), name="accept"),
    path("referrals/<uuid:pk>/duplicate/", views.DuplicateTargetView.as_view(), name="mark_duplicate"),
    path(
        "referrals/<uuid:pk>/duplicate/<uuid:target>/",
        views.MarkDuplicateView.as_view(),
        name="mark_duplicate_of",
    ),
    path("referrals/<uuid:pk>/ask-to-withdraw/", views.AskToWithdrawView.as_view(), name="ask_to_withdraw"),
    path("referrals/<uuid:pk>/withdraw/", views.WithdrawView.as_view(), name="withdraw"),
    path("referrals/<uuid:pk>/transfer/", views.TransferView.as_view(), name="transfer"),
    path(
        "referrals/<uuid:pk>/acknowledge/",
        views.AcknowledgeReferralView.as_view(),
        name="acknowledge_referral",
    ),
    path("referrals/<uuid:pk>/in-writing/", views.WrittenConfirmationView.as_view(), name="in_writing"),
    path(
        "referrals/<uuid:pk>/take-back-acceptance/",
        views.TakeBackAcceptanceView.as_view(),
        name="take_back_acceptance",
    ),
    path("find-a-child/", views.FindChildView.as_view(), name="find_child"),
    path("cases/<uuid:case_id>/link/<uuid:other>/", views.LinkView.as_view(), name="link"),
    path("criteria/<uuid:pk>/view/", views.CriteriaView.as_view(), name="criteria_view"),
    path("criteria/<uuid:pk>/on-behalf/", views.CriteriaOnBehalfView.as_view(), name="criteria_on_behalf"),
    path("criteria/<uuid:pk>/recommend/", views.CriteriaRecommendView.as_view(), name="criteria_recommend"),
    path("criteria/<uuid:pk>/chair/", views.CriteriaChairView.as_view(), name="criteria_chair"),
    path("criteria/<uuid:pk>/escalate/", views.CriteriaEscalateView.as_view(), name="criteria_escalate"),
    path(
        "criteria/<uuid:pk>/lead-partners/",
        views.CriteriaLeadPartnersView.as_view(),
        name="criteria_lead_partners",
    ),
    path("criteria/<uuid:pk>/notify-alone/", views.NotifyAloneView.as_view(), name="notify_alone"),
    path("criteria/<uuid:pk>/act/", views.ConcludeCriteriaView.as_view(), name="criteria_act"),
    path("notifications/<uuid:pk>/", views.NotificationView.as_view(), name="notification"),
    path("notifications/<uuid:pk>/prepare/", views.PrepareView.as_view(), name="prepare"),
    path("notifications/<uuid:pk>/sent/", views.RecordSentView.as_view(), name="record_sent"),
    path(
        "notifications/<uuid:pk>/sent-again/", views.RecordSentAgainView.as_view(), name="record_sent_again"
    ),
    path("notifications/<uuid:pk>/acknowledged/", views.AcknowledgeView.as_view(), name="acknowledge"),
    path("notifications/<uuid:pk>/rejected/", views.RejectView.as_view(), name="reject"),
    path("notifications/<uuid:pk>/close/", views.CloseNotificationView.as_view(), name="close"),
    path("notifications/<uuid:pk>/reconsider/", views.ReconsiderView.as_view(), name="reconsider"),
    path("notifications/<uuid:pk>/withdraw/", views.DeNotifyView.as_view(), name="de_notify"),
    path("notifications/<uuid:pk>/take-back/", views.TakeBackSentView.as_view(), name="take_back_sent"),
    path("notifications/<uuid:pk>/pack/", views.PackView.as_view(), name="pack"),
    path("notifications/<uuid:pk>/pack/complete/", views.CompletePackView.as_view(), name="complete_pack"),
    path("notifications/<uuid:pk>/pack/<int:number>/", views.KeptPackView.as_view(), name="kept_pack"),
    path(
        "notifications/<uuid:pk>/correction/",
        views.CorrectNotificationView.as_view(),
        name="correct_notification",
    ),
    path("death-notices/<uuid:pk>/", views.DeathNoticeView.as_view(), name="death_notice"),
    path(
        "death-notices/<uuid:pk>/sent/",
        views.DeathNoticeSentView.as_view(),
        name="record_death_notice_sent",
    ),
    path(
        "death-notices/<uuid:pk>/acknowledged/",
        views.DeathNoticeAcknowledgedView.as_view(),
        name="acknowledge_death_notice",
    ),
    path("death-notices/<uuid:pk>/not-owed/", views.DropDeathNoticeView.as_view(), name="drop_death_notice"),
    path(
        "death-notices/<uuid:pk>/take-back/",
        views.TakeBackDeathNoticeView.as_view(),
        name="take_back_death_notice",
    ),
    path("cases/<uuid:case_id>/suspected/", views.SuspicionView.as_view(), name="suspicion"),
    path("taking-back/<uuid:pk>/", views.ConfirmTakingBackView.as_view(), name="confirm_taking_back"),
]
