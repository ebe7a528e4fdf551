from django.urls import path

from chronologies import views

app_name = "chronologies"

urlpatterns = [
    path("cases/<uuid:case_id>/chronologies/", views.CaseChronologiesView.as_view(), name="case"),
    path("cases/<uuid:case_id>/chronologies/ask/", views.RequestView.as_view(), name="request"),
    path("cases/<uuid:case_id>/chronologies/combined/", views.CombinedView.as_view(), name="combined"),
    path(
        "cases/<uuid:case_id>/chronologies/combined/lock/",
        views.LockCombinedView.as_view(),
        name="lock_combined",
    ),
    path("chronologies/<uuid:pk>/", views.ChronologyView.as_view(), name="chronology"),
    path("chronologies/<uuid:pk>/acknowledge/", views.AcknowledgeView.as_view(), name="acknowledge"),
    path("chronologies/<uuid:pk>/begin/", views.BeginView.as_view(), name="begin"),
    path("chronologies/<uuid:pk>/send-in/", views.SubmitView.as_view(), name="submit"),
    path("chronologies/<uuid:pk>/nothing-held/", views.NothingHeldView.as_view(), name="say_nothing_held"),
    path("chronologies/<uuid:pk>/accept/", views.AcceptView.as_view(), name="accept"),
    path("chronologies/<uuid:pk>/send-back/", views.SendBackView.as_view(), name="send_back"),
    path("chronologies/<uuid:pk>/date/", views.AgreeDateView.as_view(), name="agree_date"),
    path("chronologies/<uuid:pk>/withdraw/", views.WithdrawView.as_view(), name="withdraw"),
    path("chronologies/<uuid:pk>/lock/", views.LockView.as_view(), name="lock"),
    path("chronologies/<uuid:pk>/entries/add/", views.AddEntryView.as_view(), name="add_entry"),
    path("chronologies/entries/<uuid:pk>/", views.CorrectEntryView.as_view(), name="correct_entry"),
    path(
        "chronologies/entries/<uuid:pk>/withdraw/", views.WithdrawEntryView.as_view(), name="withdraw_entry"
    ),
]
