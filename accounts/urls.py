"""Addresses of people and accounts; those of signing in itself are django-allauth's."""

from django.urls import include, path

from accounts import views

people = [
    path("", views.PeopleView.as_view(), name="list"),
    path("invite/", views.InviteView.as_view(), name="invite"),
    path("roles/<uuid:membership_id>/end/", views.EndView.as_view(), name="end"),
    path("roles/<uuid:membership_id>/address/", views.AddressView.as_view(), name="address"),
    path("roles/<uuid:membership_id>/deputy/", views.DeputyView.as_view(), name="deputy"),
    path("invitations/<uuid:invitation_id>/resend/", views.ResendView.as_view(), name="resend"),
    path("invitations/<uuid:invitation_id>/withdraw/", views.RevokeView.as_view(), name="revoke"),
]

urlpatterns = [
    path("people/", include((people, "people"))),
    path("profile/", views.ProfileView.as_view(), name="profile"),
    path("second-step/", views.SetUpSecondStepView.as_view(), name="set_up_second_step"),
    path("invitation/<str:secret>/", views.InvitationView.as_view(), name="invitation"),
    path("demo/<uuid:user_id>/", views.demo_sign_in, name="demo_sign_in"),
]
