from django.urls import path

from deadlines.views import acts, board, deadline, foreseen, holidays, rules

app_name = "deadlines"

urlpatterns = [
    path("deadlines/", board.BoardView.as_view(), name="board"),
    path("deadlines/month/", board.MonthView.as_view(), name="month"),
    path("deadlines/<uuid:pk>/", deadline.DeadlineView.as_view(), name="detail"),
    path("deadlines/<uuid:pk>/correct/", acts.CorrectTriggerView.as_view(), name="correct"),
    path("deadlines/<uuid:pk>/extend/", acts.ExtendView.as_view(), name="extend"),
    path("deadlines/<uuid:pk>/lateness/", acts.LatenessView.as_view(), name="lateness"),
    path("deadlines/foreseen/", foreseen.ForeseenView.as_view(), name="foreseen"),
    path("deadlines/rules/", rules.RulesView.as_view(), name="rules"),
    path("deadlines/rules/choices/", rules.ChoicesView.as_view(), name="choices"),
    path("deadlines/rules/<slug:code>/", rules.RuleView.as_view(), name="rule"),
    path("deadlines/rules/<slug:code>/propose/", rules.ProposeView.as_view(), name="propose"),
    path("deadlines/rules/<slug:code>/withdraw/", rules.WithdrawView.as_view(), name="withdraw"),
    path("deadlines/rules/<slug:code>/figure/", rules.FigureView.as_view(), name="figure"),
    path("deadlines/proposals/<uuid:pk>/", rules.ProposalView.as_view(), name="proposal"),
    path(
        "deadlines/proposals/<uuid:pk>/confirm/", rules.ConfirmProposalView.as_view(), name="confirm_proposal"
    ),
    path("deadlines/proposals/<uuid:pk>/refuse/", rules.RefuseProposalView.as_view(), name="refuse_proposal"),
    path("deadlines/holidays/", holidays.HolidaysView.as_view(), name="holidays"),
    path("deadlines/holidays/add/", holidays.AddHolidayView.as_view(), name="add_holiday"),
    path("deadlines/holidays/<uuid:pk>/change/", holidays.ChangeHolidayView.as_view(), name="change_holiday"),
    path("deadlines/holidays/<uuid:pk>/remove/", holidays.RemoveHolidayView.as_view(), name="remove_holiday"),
]
