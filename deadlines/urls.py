from django.urls import path

from deadlines import views

app_name = "deadlines"

urlpatterns = [
    path("deadlines/", views.BoardView.as_view(), name="board"),
    path("deadlines/month/", views.MonthView.as_view(), name="month"),
    path("deadlines/<uuid:pk>/", views.DeadlineView.as_view(), name="detail"),
    path("deadlines/<uuid:pk>/correct/", views.CorrectTriggerView.as_view(), name="correct"),
    path("deadlines/<uuid:pk>/extend/", views.ExtendView.as_view(), name="extend"),
    path("deadlines/<uuid:pk>/lateness/", views.LatenessView.as_view(), name="lateness"),
]
