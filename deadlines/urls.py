from django.urls import path

from deadlines.views import acts, board, chasing, deadline, feed, sheet

app_name = "deadlines"

urlpatterns = [
    path("deadlines/", board.BoardView.as_view(), name="board"),
    path("deadlines/month/", board.MonthView.as_view(), name="month"),
    path("deadlines/week/", sheet.WeekView.as_view(), name="week"),
    path("deadlines/feed/", feed.FeedView.as_view(), name="feed"),
    path("deadlines/feed/stop/", feed.StopFeedView.as_view(), name="feed-stop"),
    path("deadlines/calendar/<str:secret>/deadlines.ics", feed.CalendarView.as_view(), name="calendar"),
    path("deadlines/<uuid:pk>/", deadline.DeadlineView.as_view(), name="detail"),
    path("deadlines/<uuid:pk>/deadline.ics", feed.EventView.as_view(), name="event"),
    path("deadlines/<uuid:pk>/chasing/", chasing.ChasingView.as_view(), name="chasing"),
    path("deadlines/<uuid:pk>/correct/", acts.CorrectTriggerView.as_view(), name="correct"),
    path("deadlines/<uuid:pk>/extend/", acts.ExtendView.as_view(), name="extend"),
    path("deadlines/<uuid:pk>/lateness/", acts.LatenessView.as_view(), name="lateness"),
]
