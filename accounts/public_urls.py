"""Addresses that nobody need sign in for, short enough to be read out on the telephone."""

from django.urls import path

from accounts.views import getting_in, start

urlpatterns = [
    path("", start.StartsView.as_view(), name="start"),
    path("<slug:partnership_code>/", start.StartView.as_view(), name="start_of"),
    path("<slug:partnership_code>/get-in/", getting_in.GetInView.as_view(), name="get_in"),
    path("<slug:partnership_code>/get-in/code/", getting_in.CodeView.as_view(), name="get_in_code"),
    path(
        "<slug:partnership_code>/get-in/account/", getting_in.OwnAccountView.as_view(), name="get_in_account"
    ),
    path("<slug:partnership_code>/get-in/ask/", getting_in.AskForAccountView.as_view(), name="get_in_ask"),
    path("<slug:partnership_code>/get-in/asked/", getting_in.AskedView.as_view(), name="get_in_asked"),
]
