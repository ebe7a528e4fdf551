from django.urls import path

from deadlines.views import acts, board, chasing, deadline, feed, foreseen, holidays, rule_pages, sheet

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
    path("deadlines/foreseen/", foreseen.ForeseenView.as_view(), name="foreseen"),
    path("deadlines/rules/", rule_pages.RulesView.as_view(), name="rules"),
    path("deadlines/rules/choices/", rule_pages.ChoicesView.as_view(), name="choices"),
    path("deadlines/rules/<slug:code>/", rule_pages.RuleView.as_view(), name="rule"),
    path("deadlines/rules/<slug:code>/propose/", rule_pages.ProposeView.as_view(), name="propose"),
    path("deadlines/rules/<slug:code>/withdraw/", rule_pages.WithdrawView.as_view(), name="withdraw"),
    path("deadlines/rules/<slug:code>/figure/", rule_pages.FigureView.as_view(), name="figure"),
    path("deadlines/proposals/<uuid:pk>/", rule_pages.ProposalView.as_view(), name="proposal"),
    path(
        "deadlines/proposals/<uuid:pk>/confirm/",
        rule_pages.ConfirmProposalView.as_view(),
        name="confirm_proposal",
    ),
    path(
        "deadlines/proposals/<uuid:pk>/refuse/",
        rule_pages.RefuseProposalView.as_view(),
        name="refuse_proposal",
    ),
    path("deadlines/holidays/", holidays.HolidaysView.as_view(), name="holidays"),
    path("deadlines/holidays/add/", holidays.AddHolidayView.as_view(), name="add_holiday"),
    path("deadlines/holidays/<uuid:pk>/change/", holidays.ChangeHolidayView.as_view(), name="change_holiday"),
    path("deadlines/holidays/<uuid:pk>/remove/", holidays.RemoveHolidayView.as_view(), name="remove_holiday"),
]
