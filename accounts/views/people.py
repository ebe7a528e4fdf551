"""Getting in by invitation, one's own account, and the people of a partnership."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django.views.generic import FormView, TemplateView, View

from accounts.db import memberships_of
from accounts.events import Verb, note
from accounts.forms.people import (
    AcceptInvitationForm,
    AddressForm,
    DeputyForm,
    EndForm,
    InviteForm,
    JoinForm,
    ProfileForm,
)
from accounts.models import AccountRequest, Invitation, Membership, Partnership, User
from accounts.roles import Role
from accounts.second_step import (
    EMAIL_CODE,
    has_authenticator,
    has_passed_second_step,
    pass_second_step,
    signed_in,
)
from accounts.services import (
    Refused,
    accept_invitation,
    change_profile,
    correct_address,
    end_membership,
    find_invitation,
    invite,
    join_by_invitation,
    name_deputy,
    resend_invitation,
    revoke_invitation,
    why_closed,
)
from accounts.services.memberships import NAMES_DEPUTIES
from accounts.services.people import VOICES
from lcspr import clock

PAGE: Final = 50
LOOPBACK: Final = {"127.0.0.1", "::1"}


class ManagerView(View):
    """A page for business managers; `managed` are the partnerships in which this person is one."""

    @cached_property
    def managed(self) -> list[Partnership]:
        return [m.partnership for m in memberships_of(signed_in(self.request)) if m.role == Role.BUM]

    @cached_property
    def partnership(self) -> Partnership:
        """The one the address names, or the first; another's does not exist here."""
        wanted = self.request.GET.get("partnership") or str(self.managed[0].pk)
        for partnership in self.managed:
            if str(partnership.pk) == wanted:
                return partnership
        raise Http404

    def admits(self) -> bool:
        return bool(self.managed)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.admits():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def list_of(self, partnership: Partnership) -> str:
        return f"{reverse('people:list')}?{urlencode({'partnership': str(partnership.pk)})}"


class PeopleView(ManagerView, TemplateView):
    template_name = "accounts/people.html"
    page_title = "People and roles"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = clock.today()
        roles = (
            Membership.objects.filter(partnership=self.partnership)
            .exclude(until__lte=today)
            .select_related("user", "agency", "deputy_for__user")
            .order_by("user__name", "user", "role")
        )
        waiting = Invitation.objects.filter(partnership=self.partnership, accepted_at=None, revoked_at=None)
        return super().get_context_data(
            caption=self.partnership.name,
            back_href=f"{reverse('desk:settings')}?{urlencode({'partnership': str(self.partnership.pk)})}",
            back_text="Settings",
            chosen=self.partnership,
            others=[each for each in self.managed if each != self.partnership],
            roles=Paginator(roles, PAGE).get_page(self.request.GET.get("page")),
            names_deputies=NAMES_DEPUTIES,
            voices=VOICES,
            invite_href=f"{reverse('people:invite')}?{urlencode({'partnership': str(self.partnership.pk)})}",
            requests=AccountRequest.objects.filter(partnership=self.partnership, settled_at=None)[:PAGE],
            invitations=waiting.select_related("agency", "invited_by")[:PAGE],
            now=clock.now(),
            today=today,
            **kwargs,
        )


class ActView(ManagerView, FormView):
    """A form whose act may be refused in words, which are then shown above it."""

    template_name = "components/form_page.html"

    def act(self, answers: dict[str, Any]) -> HttpResponse:
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return self.act(form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.reasons)
            return self.form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = self.list_of(self.partnership)
        return super().get_context_data(**{"caption": self.partnership.name, "cancel_href": back, **kwargs})

    def done(self, sentence: str, **details: Any) -> HttpResponse:
        headline = sentence.splitlines()[0]
        note(self.request, Verb.ADMINISTERED, signed_in(self.request), headline, **details)
        messages.success(self.request, sentence)
        return redirect(self.list_of(self.partnership))


class InviteView(ActView):
    form_class = InviteForm
    page_title = "Invite a person"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "partnership": self.partnership}

    def act(self, answers: dict[str, Any]) -> HttpResponse:
        invitation = invite(by=signed_in(self.request), partnership=self.partnership, **answers)
        return self.done(
            f"{invitation.name} is invited as {invitation.get_role_display()}.\n"
            f"The link sent to {invitation.email} works once, for 14 days.",
            invitation=str(invitation.pk),
        )


class MembershipActView(ActView):
    """An act on one role, which must be of a partnership that this person manages."""

    @cached_property
    def membership(self) -> Membership:
        roles = Membership.objects.select_related("user", "agency", "partnership")
        return get_object_or_404(roles, pk=self.kwargs["membership_id"], partnership__in=self.managed)

    @cached_property
    def partnership(self) -> Partnership:
        return self.membership.partnership

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(membership=self.membership, **kwargs)


class EndView(MembershipActView):
    template_name = "accounts/end_role.html"
    form_class = EndForm
    page_title = "End a role"

    def get_initial(self) -> dict[str, Any]:
        return {"on": clock.today()}

    def act(self, answers: dict[str, Any]) -> HttpResponse:
        ended = end_membership(self.membership, by=signed_in(self.request), **answers)
        role = ended.get_role_display()
        if ended.until is not None and ended.until <= clock.today():
            return self.done(f"{ended.user} is no longer {role}.", membership=str(ended.pk))
        return self.done(f"{ended.user} is {role} for a limited time now.", membership=str(ended.pk))


class AddressView(MembershipActView):
    form_class = AddressForm
    page_title = "Put an e-mail address right"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.membership.user
        return super().get_context_data(**{"caption": f"{user}, now {user.email}", **kwargs})

    def act(self, answers: dict[str, Any]) -> HttpResponse:
        user = correct_address(self.membership, by=signed_in(self.request), **answers)
        return self.done(
            f"The e-mail address of {user} is put right.\n"
            "Both addresses and the business managers are told. E-mails that failed or came back can be sent again.",
            membership=str(self.membership.pk),
        )


class DeputyView(MembershipActView):
    """Open to the holder of the role too, who goes back to their own account afterwards."""

    template_name = "accounts/name_deputy.html"
    form_class = DeputyForm
    page_title = "Name a deputy"

    def admits(self) -> bool:
        return True

    @cached_property
    def membership(self) -> Membership:
        reachable = Q(partnership__in=self.managed) | Q(user=self.request.user)
        roles = Membership.objects.filter(reachable).select_related("user", "agency", "partnership")
        return get_object_or_404(roles, pk=self.kwargs["membership_id"])

    def list_of(self, partnership: Partnership) -> str:
        return super().list_of(partnership) if partnership in self.managed else reverse("profile")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "membership": self.membership}

    def act(self, answers: dict[str, Any]) -> HttpResponse:
        # People name the last day that counts; a Membership names the first that does not.
        until = answers.pop("last_day") + dt.timedelta(days=1)
        named = name_deputy(self.membership, by=signed_in(self.request), until=until, **answers)
        return self.done(
            f"{named.user} is deputy for {self.membership.user} as {named.get_role_display()}.\n"
            "What they do in this role is recorded as done for the person they stand in for.",
            membership=str(named.pk),
        )


class InvitationActView(ManagerView):
    """A button beside a waiting invitation."""

    http_method_names = ["post"]

    @cached_property
    def invitation(self) -> Invitation:
        return get_object_or_404(Invitation, pk=self.kwargs["invitation_id"], partnership__in=self.managed)

    def act(self) -> str:
        raise NotImplementedError

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            sentence = self.act()
        except Refused as refused:
            messages.error(request, "\n".join(refused.reasons))
        else:
            note(request, Verb.ADMINISTERED, signed_in(request), sentence, invitation=str(self.invitation.pk))
            messages.success(request, sentence)
        return redirect(self.list_of(self.invitation.partnership))


class ResendView(InvitationActView):
    def act(self) -> str:
        resend_invitation(self.invitation, by=signed_in(self.request))
        return f"A new link was sent to {self.invitation.email}; the old one no longer works."


class RevokeView(InvitationActView):
    def act(self) -> str:
        revoke_invitation(self.invitation, by=signed_in(self.request))
        return f"The invitation for {self.invitation.name} was withdrawn."


@method_decorator([login_not_required, never_cache, sensitive_post_parameters("password")], name="dispatch")
class InvitationView(FormView):
    """Where the link of an invitation leads: make an account, or take the role with the one you have."""

    @cached_property
    def invitation(self) -> Invitation:
        if found := find_invitation(self.kwargs["secret"]):
            return found
        raise Http404

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if reasons := why_closed(self.invitation):
            return render(
                request,
                "accounts/invitation_closed.html",
                {"invitation": self.invitation, "reasons": reasons},
                status=410,
            )
        if not request.user.is_authenticated and self._has_account():
            return render(
                request,
                "accounts/invitation_sign_in.html",
                {**self._about(), "sign_in_href": self._sign_in()},
            )
        return super().dispatch(request, *args, **kwargs)

    def get_template_names(self) -> list[str]:
        return ["accounts/invitation.html"]

    def get_form_class(self) -> type[JoinForm | AcceptInvitationForm]:
        return JoinForm if self.request.user.is_authenticated else AcceptInvitationForm

    def get_form_kwargs(self) -> dict[str, Any]:
        email = {} if self.request.user.is_authenticated else {"email": self.invitation.email}
        return {**super().get_form_kwargs(), **email}

    def get_initial(self) -> dict[str, Any]:
        return {"name": self.invitation.name}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**self._about(), **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            if self.request.user.is_authenticated:
                membership = join_by_invitation(self.invitation, by=signed_in(self.request), on=clock.today())
            else:
                membership = accept_invitation(self.invitation, on=clock.today(), **form.cleaned_data)
                self._sign_in_with_new(membership.user)
        except Refused as refused:
            form.add_error(None, refused.reasons)
            return self.form_invalid(form)
        words = f"Took up an invitation as {membership.get_role_display()}"
        note(self.request, Verb.ACCOUNT_CHANGED, membership.user, words, membership=str(membership.pk))
        messages.success(
            self.request, f"You are {membership.get_role_display()} in {membership.partnership}."
        )
        return redirect(settings.LOGIN_REDIRECT_URL)

    def _about(self) -> dict[str, Any]:
        return {"invitation": self.invitation, "page_title": f"Join {self.invitation.partnership}"}

    def _has_account(self) -> bool:
        return User.objects.filter(email=self.invitation.email).exists()

    def _sign_in(self) -> str:
        return f"{reverse('account_login')}?{urlencode({REDIRECT_FIELD_NAME: self.request.path})}"

    def _sign_in_with_new(self, user: User) -> None:
        get_adapter().login(self.request, user)
        # The link came by e-mail to this address, as a code would have.
        pass_second_step(self.request, EMAIL_CODE)
        note(self.request, Verb.SIGNED_IN, user, "Signed in with a new account", second_step=EMAIL_CODE)


class ProfileView(FormView):
    template_name = "accounts/profile.html"
    form_class = ProfileForm
    page_title = "Your account"
    success_url = reverse_lazy("profile")

    def get_initial(self) -> dict[str, Any]:
        user = signed_in(self.request)
        return {"name": user.name, "job_title": user.job_title, "phone": user.phone}

    def form_valid(self, form: Any) -> HttpResponse:
        user = change_profile(signed_in(self.request), **form.cleaned_data)
        note(self.request, Verb.ACCOUNT_CHANGED, user, "Changed their own particulars")
        messages.success(self.request, "Your particulars are saved.")
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = signed_in(self.request)
        return super().get_context_data(
            held=memberships_of(user),
            has_authenticator=has_authenticator(user),
            names_deputies=NAMES_DEPUTIES,
            **kwargs,
        )


class SetUpSecondStepView(TemplateView):
    """The one page somebody who must set up an authenticator is sent to."""

    template_name = "accounts/set_up_second_step.html"
    page_title = "Set up your second step"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if has_passed_second_step(request):
            return redirect(settings.LOGIN_REDIRECT_URL)
        return super().get(request, *args, **kwargs)


@login_not_required
@require_POST
def demo_sign_in(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Sign in as one of the demonstration's cast; anywhere else this page does not exist."""
    if not settings.DEMO or request.META["REMOTE_ADDR"] not in LOOPBACK:
        raise Http404
    user = get_object_or_404(User, pk=user_id, is_active=True, is_system=False)
    get_adapter().login(request, user)
    pass_second_step(request, "demo")
    note(request, Verb.SIGNED_IN, user, "Signed in to the demonstration", second_step="demo")
    return redirect(settings.LOGIN_REDIRECT_URL)
