"""Addresses of people and accounts; those of signing in itself are django-allauth's."""

from django.urls import include, path

from accounts.views import getting_in
from accounts.views import people as pages

people = [
    path("", pages.PeopleView.as_view(), name="list"),
    path("invite/", pages.InviteView.as_view(), name="invite"),
    path("roles/<uuid:membership_id>/end/", pages.EndView.as_view(), name="end"),
    path("roles/<uuid:membership_id>/address/", pages.AddressView.as_view(), name="address"),
    path("roles/<uuid:membership_id>/deputy/", pages.DeputyView.as_view(), name="deputy"),
    path("invitations/<uuid:invitation_id>/resend/", pages.ResendView.as_view(), name="resend"),
    path("invitations/<uuid:invitation_id>/withdraw/", pages.RevokeView.as_view(), name="revoke"),
    path("newcomers/<uuid:pk>/", getting_in.NewcomerView.as_view(), name="newcomer"),
    path(
        "requests/<uuid:request_id>/invite/",
        getting_in.InviteRequesterView.as_view(),
        name="invite_requester",
    ),
    path(
        "requests/<uuid:request_id>/decline/", getting_in.DeclineRequestView.as_view(), name="decline_request"
    ),
]

urlpatterns = [
    path("people/", include((people, "people"))),
    path("profile/", pages.ProfileView.as_view(), name="profile"),
    path("second-step/", pages.SetUpSecondStepView.as_view(), name="set_up_second_step"),
    path("invitation/<str:secret>/", pages.InvitationView.as_view(), name="invitation"),
    path("demo/<uuid:user_id>/", pages.demo_sign_in, name="demo_sign_in"),
]
