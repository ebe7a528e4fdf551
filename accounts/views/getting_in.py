"""“I have no account”: a work address, a code, and a named account that can refer; and who says no to it.

Everything up to the code answers the same whoever has the address. What follows is told only to its owner.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView

from accounts.db import memberships_of
from accounts.events import Verb, note
from accounts.forms.getting_in import (
    AskForAccountForm,
    CodeForm,
    DeclineRequestForm,
    InviteRequesterForm,
    JoinAgencyForm,
    OwnAccountForm,
    RefuseNewcomerForm,
    WorkAddressForm,
)
from accounts.models import AccountRequest, Agency, OwnEntry, Partnership, User
from accounts.proving import AddressProof, forget_proof, proven_address
from accounts.roles import Role
from accounts.rules import domain_of
from accounts.second_step import EMAIL_CODE, pass_second_step, signed_in
from accounts.services import (
    Refused,
    agencies_at,
    ask_for_account,
    asks_which_agency,
    decline_request,
    invite_requester,
    join_as_new,
    join_by_address,
    may_refuse,
    refuse_newcomer,
)
from accounts.views.people import ActView
from accounts.views.start import OfPartnership
from lcspr import clock


@method_decorator(never_cache, name="dispatch")
class _Step(OfPartnership, FormView):
    """One step of getting in, with the telephone number of the business unit beside it."""

    template_name = "accounts/get_in.html"
    back_to = "start_of"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **{
                "caption": self.partnership.name,
                "partnership": self.partnership,
                "contacts": self.partnership.contacts,
                "business_unit": self.partnership.word("business_unit"),
                "back_href": reverse(self.back_to, args=self.here),
                "hide_sign_in": False,
                **kwargs,
            }
        )

    @property
    def here(self) -> list[str]:
        return [self.kwargs["partnership_code"]]

    def to(self, name: str) -> HttpResponse:
        return redirect(name, *self.here)

    def refused(self, form: Any, refused: Refused) -> HttpResponse:
        form.add_error(None, refused.reasons)
        return self.form_invalid(form)


class GetInView(_Step):
    """Which address."""

    form_class = WorkAddressForm
    page_title = "Get in for the first time"

    def sent_elsewhere(self) -> HttpResponse | None:
        return self.to("get_in_account") if self.request.user.is_authenticated else None

    def form_valid(self, form: WorkAddressForm) -> HttpResponse:
        email = form.cleaned_data["email"]
        if AddressProof.begin(self.request, email=email, partnership=self.partnership) is None:
            note(self.request, Verb.SIGN_IN_FAILED, None, "Was stopped after asking for too many codes")
            form.add_error(None, "Too many codes were asked for. Wait an hour, or ring the business unit.")
            response = self.form_invalid(form)
            response.status_code = 429
            return response
        return self.to("get_in_code")


@method_decorator(sensitive_post_parameters("code"), name="dispatch")
class CodeView(_Step):
    """The code; five tries, then it begins again."""

    template_name = "accounts/get_in_code.html"
    form_class = CodeForm
    page_title = "Enter the code"
    back_to = "get_in"

    @cached_property
    def proof(self) -> AddressProof | None:
        return AddressProof.resume(self.request, self.partnership)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if proven_address(request, self.partnership):
            return self.to("get_in_account")
        return super().get(request, *args, **kwargs) if self.proof else self._again()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.proof is None:
            return self._again()
        if request.POST.get("action") == "resend":
            return self._resend(self.proof)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: CodeForm) -> HttpResponse:
        proof = self.proof
        assert proof is not None
        if proof.is_right(form.cleaned_data["code"]):
            proof.finish()
            return self.to("get_in_account")
        note(self.request, Verb.SIGN_IN_FAILED, None, "Gave a wrong code")
        if not proof.record_invalid_attempt():
            messages.error(self.request, "Too many wrong codes. Ask for a new one.")
            return self.to("get_in")
        form.add_error("code", "The code is not right. Check it and try again")
        return self.form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        assert self.proof is not None
        return super().get_context_data(address=self.proof.email, can_resend=self.proof.can_resend, **kwargs)

    def _resend(self, proof: AddressProof) -> HttpResponse:
        if proof.resend():
            messages.success(self.request, "We have sent another e-mail. The code before it no longer works.")
        else:
            messages.error(
                self.request, "Too many codes were asked for. Wait an hour, or ring the business unit."
            )
        return self.to("get_in_code")

    def _again(self) -> HttpResponse:
        messages.info(self.request, "The code has run out. Enter your address again for a new one.")
        return self.to("get_in")


class _ProvenStep(_Step):
    """A step for whoever has proven their address; anybody else begins at the beginning."""

    back_to = "start_of"

    @cached_property
    def address(self) -> str:
        return proven_address(self.request, self.partnership)

    @cached_property
    def agencies(self) -> list[Agency]:
        return agencies_at(domain_of(self.address), self.partnership)

    def sent_elsewhere(self) -> HttpResponse | None:
        return None if self.address else self.to("get_in")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(address=self.address, **kwargs)


@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class OwnAccountView(_ProvenStep):
    """The account, for an address of an agency; then straight on to the referral."""

    template_name = "accounts/get_in_account.html"

    def sent_elsewhere(self) -> HttpResponse | None:
        away = super().sent_elsewhere()
        return away or (None if self.agencies else self.to("get_in_ask"))

    def get_form_class(self) -> type[JoinAgencyForm | OwnAccountForm]:
        return JoinAgencyForm if self.request.user.is_authenticated else OwnAccountForm

    def get_form_kwargs(self) -> dict[str, Any]:
        own = {} if self.request.user.is_authenticated else {"email": self.address}
        asks = asks_which_agency(domain_of(self.address))
        return {**super().get_form_kwargs(), **own, "agencies": self.agencies, "asks": asks}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        known = self.request.user.is_authenticated
        return super().get_context_data(
            page_title="Refer for your agency" if known else "Make your account", **kwargs
        )

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            entry = self._enter(form.cleaned_data)
        except Refused as refused:
            return self.refused(form, refused)
        agency, user = entry.membership.agency, entry.membership.user
        words = f"Came in by a work address to refer for {agency}"
        note(self.request, Verb.ACCOUNT_CHANGED, user, words, membership=str(entry.membership_id))
        told = f"\nThe representative of {agency} is told." if entry.chosen else ""
        messages.success(self.request, f"You can refer for {agency}.{told}")
        return redirect("referrals:start")

    def _enter(self, answers: dict[str, Any]) -> OwnEntry:
        if self.request.user.is_authenticated:
            return join_by_address(
                partnership=self.partnership, by=signed_in(self.request), on=clock.today(), **answers
            )
        entry = join_as_new(partnership=self.partnership, email=self.address, on=clock.today(), **answers)
        forget_proof(self.request)
        user = entry.membership.user
        get_adapter().login(self.request, user)
        # The code came by e-mail, as it will at every sign-in.
        pass_second_step(self.request, EMAIL_CODE)
        note(self.request, Verb.SIGNED_IN, user, "Signed in with a new account", second_step=EMAIL_CODE)
        return entry


class AskForAccountView(_ProvenStep):
    """For an address of no agency: the business unit looks who it is."""

    template_name = "accounts/get_in_ask.html"
    form_class = AskForAccountForm
    page_title = "Ask the business unit to let you in"

    def sent_elsewhere(self) -> HttpResponse | None:
        away = super().sent_elsewhere()
        return away or (self.to("get_in_account") if self.agencies else None)

    def get_initial(self) -> dict[str, Any]:
        user = self.request.user
        if not isinstance(user, User):
            return {}
        return {"name": user.name, "job_title": user.job_title, "phone": user.phone}

    def form_valid(self, form: AskForAccountForm) -> HttpResponse:
        asked = ask_for_account(partnership=self.partnership, email=self.address, **form.cleaned_data)
        user = self.request.user if isinstance(self.request.user, User) else None
        note(self.request, Verb.ACCOUNT_CHANGED, user, "Asked for an account", asked=str(asked.pk))
        forget_proof(self.request)
        return self.to("get_in_asked")


class AskedView(OfPartnership, TemplateView):
    """What happens to a request; the same for everybody, for the address tells nothing about who is here."""

    template_name = "accounts/get_in_asked.html"
    page_title = "The business unit has your request"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            caption=self.partnership.name,
            partnership=self.partnership,
            contacts=self.partnership.contacts,
            **kwargs,
        )


class NewcomerView(FormView):
    """A person who came in for one's agency by choosing it, and a button to say that they do not belong there."""

    template_name = "accounts/newcomer.html"
    form_class = RefuseNewcomerForm
    page_title = "Somebody has come in for your agency"

    @cached_property
    def entry(self) -> OwnEntry:
        """The entry, to the representatives of its agency and the business managers; to others it is not there."""
        held = memberships_of(signed_in(self.request))
        managed = [m.partnership_id for m in held if m.role == Role.BUM]
        reachable = Q(membership__partnership__in=managed)
        for m in held:
            if m.role == Role.REP and m.agency_id:
                reachable |= Q(membership__agency=m.agency_id, membership__partnership=m.partnership_id)
        rows = OwnEntry.objects.filter(reachable).select_related(
            "membership__user", "membership__agency", "membership__partnership", "refused_by"
        )
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_refuse(signed_in(request), self.entry):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            entry=self.entry, caption=self.entry.membership.partnership.name, **kwargs
        )

    def form_valid(self, form: RefuseNewcomerForm) -> HttpResponse:
        try:
            entry = refuse_newcomer(
                self.entry, by=signed_in(self.request), on=clock.today(), **form.cleaned_data
            )
        except Refused as refused:
            form.add_error(None, refused.reasons)
            return self.form_invalid(form)
        person, agency = entry.membership.user, entry.membership.agency
        sentence = f"{person} can no longer refer for {agency}."
        note(
            self.request,
            Verb.ADMINISTERED,
            signed_in(self.request),
            sentence,
            membership=str(entry.membership_id),
        )
        messages.success(self.request, f"{sentence}\nThey are told. What they wrote stays with the agency.")
        return redirect("desk:home")


class _RequestView(ActView):
    """An answer to somebody who asked for an account in a partnership that this person manages."""

    @cached_property
    def asked(self) -> AccountRequest:
        rows = AccountRequest.objects.select_related("partnership")
        return get_object_or_404(rows, pk=self.kwargs["request_id"], partnership__in=self.managed)

    @cached_property
    def partnership(self) -> Partnership:
        return self.asked.partnership

    template_name = "accounts/answer_request.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(asked=self.asked, **kwargs)


class InviteRequesterView(_RequestView):
    form_class = InviteRequesterForm
    page_title = "Invite somebody who asked"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "partnership": self.partnership}

    def act(self, answers: dict[str, Any]) -> HttpResponse:
        invitation = invite_requester(self.asked, by=signed_in(self.request), **answers)
        return self.done(
            f"{invitation.name} is invited as {invitation.get_role_display()}.\n"
            f"The link sent to {invitation.email} works once, for 14 days.",
            invitation=str(invitation.pk),
        )


class DeclineRequestView(_RequestView):
    form_class = DeclineRequestForm
    page_title = "Decline a request for an account"

    def act(self, answers: dict[str, Any]) -> HttpResponse:
        declined = decline_request(self.asked, by=signed_in(self.request), **answers)
        return self.done(f"{declined.name} is told that no account is opened.", asked=str(declined.pk))
