from django.urls import path

from publication.views import family, library, preparing, publishing, turning

app_name = "publication"

urlpatterns = [
    # Public: no sign-in, nothing of any case
    path("library/", library.LibraryView.as_view(), name="library"),
    path("library/<slug:slug>/", library.PublicView.as_view(), name="public"),
    path("library/<slug:slug>/report.pdf", library.ReportView.as_view(), name="report"),
    # The hand-off from the review: at the review's own address, so this comes before panels.urls
    path("reviews/<uuid:pk>/sign-off/", preparing.SignOffReportView.as_view(), name="sign_off_report"),
    path("reviews/<uuid:pk>/publication/", preparing.OpenView.as_view(), name="open"),
    # What stands between the report and the public
    path("cases/<uuid:case_id>/publication/", preparing.CasePublicationView.as_view(), name="case"),
    path("publications/<uuid:pk>/", preparing.PublicationView.as_view(), name="publication"),
    path("publications/<uuid:pk>/words/", preparing.PrepareView.as_view(), name="prepare"),
    path("publications/<uuid:pk>/take-out/", preparing.TakeOutReportView.as_view(), name="take_out"),
    path("publications/<uuid:pk>/day/", preparing.PlanView.as_view(), name="plan"),
    path("publications/<uuid:pk>/gates/<slug:gate>/", preparing.TickView.as_view(), name="tick"),
    path("gate-ticks/<uuid:pk>/strike/", preparing.StrikeView.as_view(), name="strike"),
    path("publications/<uuid:pk>/copies/", preparing.CopiesView.as_view(), name="copies"),
    path("publications/<uuid:pk>/hold/", preparing.HoldPublicationView.as_view(), name="hold_publication"),
    path(
        "publications/<uuid:pk>/release/",
        preparing.ReleasePublicationView.as_view(),
        name="release_publication",
    ),
    path("publications/<uuid:pk>/reasons/delay/", preparing.DelayReasonsView.as_view(), name="delay_reasons"),
    path(
        "publications/<uuid:pk>/reasons/not-publishing/",
        preparing.NonPublicationReasonsView.as_view(),
        name="non_publication_reasons",
    ),
    path("publications/<uuid:pk>/publish/", publishing.PublishView.as_view(), name="publish"),
    path(
        "publications/<uuid:pk>/publish-improvements/",
        publishing.PublishImprovementsView.as_view(),
        name="publish_improvements",
    ),
    path(
        "publications/<uuid:pk>/publish-nothing/",
        publishing.DecideNotToPublishView.as_view(),
        name="decide_not_to_publish",
    ),
    path("publications/<uuid:pk>/take-down/", publishing.WithdrawView.as_view(), name="withdraw"),
    path(
        "publications/<uuid:pk>/take-back/",
        publishing.TakeBackPublicationView.as_view(),
        name="take_back_publication",
    ),
    path(
        "publications/taking-back/<uuid:pk>/",
        publishing.ConfirmPublicationTakenBackView.as_view(),
        name="confirm_publication_taken_back",
    ),
    path("publications/<uuid:pk>/repository/", family.RepositoryCopyView.as_view(), name="repository"),
    # The family reads it first
    path("publications/<uuid:pk>/family/", family.FamilyReadingView.as_view(), name="family_reading"),
    path("family-readings/<uuid:pk>/date/", family.ReadingDateView.as_view(), name="reading_date"),
    path("family-readings/<uuid:pk>/read/", family.ReadView.as_view(), name="reading_read"),
    path("family-readings/<uuid:pk>/declined/", family.DeclinedView.as_view(), name="reading_declined"),
    path("publications/<uuid:pk>/ask/early/", publishing.AskEarlyView.as_view(), name="ask_early"),
    path(
        "publications/<uuid:pk>/ask/nothing/",
        publishing.AskNotToPublishView.as_view(),
        name="ask_not_to_publish",
    ),
    path(
        "publications/<uuid:pk>/ask/take-down/", publishing.AskWithdrawalView.as_view(), name="ask_withdrawal"
    ),
    # The questions put to the partners
    path("publications/decisions/<uuid:pk>/view/", publishing.GiveViewView.as_view(), name="give_view"),
    path(
        "publications/decisions/<uuid:pk>/on-behalf/",
        publishing.RecordOnBehalfView.as_view(),
        name="record_on_behalf",
    ),
    path("publications/decisions/<uuid:pk>/chair/", publishing.ChairViewView.as_view(), name="chair_view"),
    path("publications/decisions/<uuid:pk>/escalate/", publishing.EscalateView.as_view(), name="escalate"),
    path(
        "publications/decisions/<uuid:pk>/lead/", publishing.LeadPartnersView.as_view(), name="lead_partners"
    ),
    # Closing, reopening, bringing in
    path("cases/<uuid:case_id>/close/", turning.ProposeClosingView.as_view(), name="propose_closing"),
    path("closings/<uuid:pk>/", turning.ConfirmClosingView.as_view(), name="confirm_closing"),
    path("closings/<uuid:pk>/refuse/", turning.RefuseClosingView.as_view(), name="refuse_closing"),
    path("cases/<uuid:case_id>/reopen/", turning.AskToReopenView.as_view(), name="ask_to_reopen"),
    path("cases/<uuid:case_id>/bring-to-chair/", turning.BringToChairView.as_view(), name="bring_to_chair"),
    path("brought/<uuid:pk>/stays-closed/", turning.StaysClosedView.as_view(), name="stays_closed"),
    path("reopenings/<uuid:pk>/", turning.ConfirmReopeningView.as_view(), name="confirm_reopening"),
    path("reopenings/<uuid:pk>/refuse/", turning.RefuseReopeningView.as_view(), name="refuse_reopening"),
    path("bring-in/", turning.BringInView.as_view(), name="bring_in"),
    path("bring-in/<uuid:partnership_id>/", turning.BringInView.as_view(), name="bring_in_to"),
]
