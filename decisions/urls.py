from django.urls import path

from decisions import views

app_name = "decisions"

urlpatterns = [
    path("decisions/<uuid:pk>/", views.DecisionRecordPage.as_view(), name="record"),
    path("views/<uuid:pk>/confirm/", views.ConfirmViewPage.as_view(), name="confirm"),
    path("views/<uuid:pk>/contest/", views.ContestViewPage.as_view(), name="contest"),
    path("disputes/<uuid:pk>/", views.DisputePage.as_view(), name="dispute"),
    path("disputes/<uuid:pk>/step/", views.DisputeStepPage.as_view(), name="dispute_step"),
    path("disputes/<uuid:pk>/bring-back/", views.BringBackPage.as_view(), name="bring_back"),
    path("cases/<uuid:case_id>/declarations/", views.DeclarationsPage.as_view(), name="declarations"),
    path("cases/<uuid:case_id>/declare/<slug:role>/", views.DeclarePage.as_view(), name="declare"),
    path("declarations/<uuid:pk>/decide/", views.DecideDeclarationPage.as_view(), name="decide_declaration"),
    path("cases/<uuid:case_id>/circumstances/", views.CircumstancesPage.as_view(), name="circumstances"),
    path("cases/<uuid:case_id>/proceedings/add/", views.AddProceedingPage.as_view(), name="add_proceeding"),
    path("proceedings/<uuid:pk>/update/", views.UpdateProceedingPage.as_view(), name="update_proceeding"),
    path("proceedings/<uuid:pk>/listed/", views.ListProceedingPage.as_view(), name="list_proceeding"),
    path("proceedings/<uuid:pk>/hearing/", views.StartHearingPage.as_view(), name="start_hearing"),
    path(
        "proceedings/<uuid:pk>/concluded/", views.ConcludeProceedingPage.as_view(), name="conclude_proceeding"
    ),
    path("proceedings/<uuid:pk>/dropped/", views.DropProceedingPage.as_view(), name="drop_proceeding"),
    path("cases/<uuid:case_id>/holds/add/", views.AddHoldPage.as_view(), name="add_hold"),
    path("holds/<uuid:pk>/review/", views.ReviewHoldPage.as_view(), name="review_hold"),
    path("holds/<uuid:pk>/release/", views.ReleaseHoldPage.as_view(), name="release_hold"),
]
