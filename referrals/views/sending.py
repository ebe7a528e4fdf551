"""From the answers to the sending: check, endorse, leave to a colleague, declare, send; the copy for one's own file."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import TemplateView

from accounts.settings_choices import ReferralSource
from casework import jobs
from casework.drafts import DraftMoved
from casework.reading import note_read
from casework.transitions import MovedOn, TransitionRefused
from govuk.forms import GovForm
from lcspr import clock
from referrals import rules, services, summaries
from referrals.answers import dates_in
from referrals.forms.pages import lead_word
from referrals.forms.starting import DeclarationForm, EndorseForm, LeaveForm
from referrals.models import LeadView, Referral, ReferralState
from referrals.permissions import endorses, sends
from referrals.services.writing import colleagues, leads_of
from referrals.views.refusing import shown_again
from referrals.views.writing import WritingView

COPY: Final = "referrals.tasks.make_copy"


class WholeView(WritingView):
    """A page that shows every answer."""

    @cached_property
    def summary(self) -> summaries.Summary:
        """The answers in words."""
        return summaries.Summary(self.questions, self.answers, self.referral.partnership)

    def cards(self, *, back: str = "") -> list[dict[str, Any]]:
        """Each section with its rows and its children, relatives or agencies; with links to change them, if `back`
        says where to come back to. Without links, what need not be answered and was not is left out."""
        if not back:
            return self.summary.cards()
        found = []
        for section in self.summary.sections():
            rows = [
                {**row, "href": self.href_of(page, back=back)} for page, row in self.summary.rows(section)
            ]
            members = []
            if (group := section.group) is not None:
                members = [
                    {
                        "name": self.summary.name_of(group, member),
                        "rows": [
                            {**row, "href": self.href_of(page, group, member["key"], back=back)}
                            for page, row in self.summary.member_rows(group, member)
                        ],
                    }
                    for member in self.answers.get(group.id) or []
                ]
            found.append(
                {
                    "title": section.title,
                    "rows": rows,
                    "members": members,
                    "list_href": self.href_of_group(group) if group is not None else "",
                }
            )
        return found


class CheckView(WholeView):
    """Every answer on one page, each with the way to change it, and what is still missing."""

    template_name = "referrals/check.html"
    page_title = "Check your answers"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        referral = self.referral
        return {
            "cards": self.cards(back="check"),
            "missing": self.missing_items(),
            "surprising": list(rules.surprising(dates_in(self.typed, now=clock.now()))),
            "send_href": self._send_href(),
            "may_send": sends(referral, self.user),
            "may_endorse": endorses(referral, self.user),
            "leads": [each for each in leads_of(referral) if each != self.user],
            "representative": referral.partnership.word("agency_representative"),
            "lead_word": lead_word(referral.partnership),
            **super().get_context_data(**kwargs),
        }

    def _send_href(self) -> str:
        if self.referral.state == ReferralState.RETURNED:
            return reverse("referrals:resubmit", args=[self.referral.pk])
        first = self.referral.source == ReferralSource.LA_FIRST
        return reverse("referrals:record_la_first" if first else "referrals:submit", args=[self.referral.pk])


class PrintView(WholeView):
    """A copy for the referrer's own file: every question and answer, to be printed; before and after sending."""

    template_name = "referrals/print.html"
    page_title = "Copy of the referral"

    def no_longer_writable(self) -> HttpResponseBase:
        """What was sent can still be printed, as it was sent."""
        if self.referral.state == ReferralState.WITHDRAWN and self.referral.case is None:
            raise Http404
        return super(WritingView, self).dispatch(self.request, *self.args, **self.kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        note_read(self.request, case=self.referral.case, about=self.referral, words="Opened a copy to print")
        own_page = reverse("referrals:referral", args=[self.referral.pk])
        return {
            "cards": self.cards(),
            "printed_at": clock.now(),
            "asked_before": [
                job for job in jobs.of(self.user, COPY) if job.asked.get("referral") == str(self.referral.pk)
            ],
            **super().get_context_data(**kwargs),
            "back_href": self.check_href if self.referral.is_writable else own_page,
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Have the copy made as a PDF, as it stands now."""
        job = jobs.ask(
            COPY,
            by=self.user,
            title="Copy of the referral",
            origin=request.path,
            asked={"referral": str(self.referral.pk)},
            case=self.referral.case,
        )
        return redirect("casework:job", job.pk)


class AskEndorsementView(WritingView):
    """Asks the agency's lead or representative to read it, or where only they send, to send it."""

    template_name = "referrals/ask_endorsement.html"
    page_title = "Ask for the referral to be read"

    class form_class(GovForm):  # noqa: N801
        submit_label = "Ask them"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "leads": [each for each in leads_of(self.referral) if each != self.user],
            "may_send": sends(self.referral, self.user),
            "cancel_href": self.check_href,
            **super().get_context_data(**kwargs),
            "back_href": self.check_href,
        }

    def form_valid(self, form: GovForm) -> HttpResponse:
        try:
            services.ask_for_endorsement(self.referral, by=self.user)
        except TransitionRefused as refused:
            return shown_again(self, form, refused)
        messages.success(
            self.request, "They are asked.\nThey find it under “What needs you”, and need type nothing again."
        )
        return redirect(self.check_href)


class EndorseView(WholeView):
    """The lead or representative reads every answer and says what they think of it, at their own sign-in."""

    template_name = "referrals/endorse.html"
    form_class = EndorseForm
    page_title = "Read the referral and say what you think"

    def no_longer_writable(self) -> HttpResponseBase:
        """What was sent can be endorsed until it is accepted."""
        if self.referral.state != ReferralState.SUBMITTED:
            return super().no_longer_writable()
        if (elsewhere := self.elsewhere()) is not None:
            return elsewhere
        return super(WritingView, self).dispatch(self.request, *self.args, **self.kwargs)

    def elsewhere(self) -> HttpResponseBase | None:
        if not endorses(self.referral, self.user):
            raise PermissionDenied
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "cards": self.cards(),
            "may_send": sends(self.referral, self.user),
            **super().get_context_data(**kwargs),
            "back_href": self.get_success_url(),
        }

    def form_valid(self, form: EndorseForm) -> HttpResponse:
        services.endorse_referral(
            self.referral,
            view=LeadView(form.cleaned_data["view"]),
            note=form.cleaned_data["note"],
            by=self.user,
        )
        messages.success(self.request, "Your view is recorded with the referral.")
        return redirect(self.get_success_url())

    def get_success_url(self) -> str:
        if self.referral.is_writable:
            return self.check_href
        return reverse("referrals:referral", args=[self.referral.pk])


class LeaveView(WritingView):
    """Leaves it to a colleague of the same agency."""

    form_class = LeaveForm
    template_name = "referrals/leave.html"
    page_title = "Leave it to a colleague"

    @cached_property
    def colleagues(self) -> list[Any]:
        """Who could go on with it."""
        return (
            [] if self.referral.agency is None else [c for c in colleagues(self.referral) if c != self.user]
        )

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "colleagues": self.colleagues}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "colleagues": self.colleagues,
            "cancel_href": self.tasks_href,
            **super().get_context_data(**kwargs),
        }

    def form_valid(self, form: LeaveForm) -> HttpResponse:
        try:
            services.leave_to_colleague(self.referral, colleague=form.chosen(), by=self.user)
        except TransitionRefused as refused:
            return shown_again(self, form, refused)
        messages.success(self.request, f"{form.chosen()} can go on with it now, and is told by e-mail.")
        return redirect(self.tasks_href)


class SubmitView(WritingView):
    """The declaration, and the sending."""

    template_name = "referrals/submit.html"
    form_class = DeclarationForm
    page_title = "Send the referral"
    own_state: ClassVar[str] = ReferralState.DRAFT

    def elsewhere(self) -> HttpResponseBase | None:
        if not sends(self.referral, self.user):
            raise PermissionDenied
        return redirect(self.tasks_href) if self.referral.state != self.own_state else None

    def no_longer_writable(self) -> HttpResponseBase:
        """A second click finds the referral sent: the receipt answers it, and nothing is sent twice."""
        return redirect("referrals:receipt", pk=self.referral.pk)

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.draft.version}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "back_href": self.check_href}

    def send(self, version: int) -> Any:
        """Call the service that sends."""
        return services.submit_referral(self.referral, by=self.user, version=version, on=clock.today())

    def form_valid(self, form: DeclarationForm) -> HttpResponse:
        try:
            self.send(form.cleaned_data["version"])
        except DraftMoved as moved:
            form.add_error(
                None,
                f"{moved.draft.last_editor} changed the referral since you checked it. Check your answers again.",
            )
            return self.form_invalid(form)
        except MovedOn:
            return redirect("referrals:receipt", pk=self.referral.pk)
        except TransitionRefused as refused:
            return shown_again(self, form, refused)
        return redirect("referrals:receipt", pk=self.referral.pk)


class ResubmitView(SubmitView):
    """Sends again what was sent back."""

    page_title = "Send the referral again"
    own_state = ReferralState.RETURNED

    def send(self, version: int) -> Any:
        return services.resubmit_referral(self.referral, by=self.user, version=version, on=clock.today())


class DiscardView(WritingView):
    """Throws a draft away, after asking."""

    template_name = "referrals/discard.html"
    page_title = "Throw this draft away?"

    class form_class(GovForm):  # noqa: N801
        submit_label = "Throw it away"
        submit_style = "warning"

    def elsewhere(self) -> HttpResponseBase | None:
        return redirect(self.tasks_href) if self.referral.state == ReferralState.RETURNED else None

    def form_valid(self, form: GovForm) -> HttpResponse:
        try:
            services.discard_referral(self.referral, by=self.user)
        except TransitionRefused as refused:
            return shown_again(self, form, refused)
        messages.success(self.request, "The draft is thrown away.")
        return redirect("referrals:list")


class ReceiptView(TemplateView):
    """The reference, and what happens next."""

    template_name = "referrals/receipt.html"
    page_title = "Referral sent"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Referral.objects.visible_to(self.request.user).exclude(case=None)  # type: ignore[arg-type]
        related = ("case__partnership", "partnership", "agency")
        referral = get_object_or_404(
            rows.exclude(state=ReferralState.DRAFT).select_related(*related), pk=self.kwargs["pk"]
        )
        note_read(self.request, case=referral.case, about=referral)
        return {
            "referral": referral,
            "case": referral.case,
            "partnership": referral.partnership,
            "case_content": True,
            **super().get_context_data(**kwargs),
        }
