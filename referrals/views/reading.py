"""The page of a referral: for its referrer what they sent and how it stands, for the business unit the triage."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import FormView, TemplateView

from accounts.access_table import Right, Thing
from accounts.roles import BUSINESS_UNIT
from casework.models import Case, Document, TakingBack
from casework.transitions import TransitionRefused, actions_for
from casework.views import CaseMixin, RecordMixin
from govuk.dates import date_text
from govuk.templatetags.govuk_dates import govuk_datetime
from referrals import duplicates
from referrals.answers import CHILDREN, FAMILY, in_full, questions_of
from referrals.completeness import NotKnown, not_known
from referrals.forms.starting import AttachForm
from referrals.models import Referral, ReferralState
from referrals.permissions import endorses, writes_in
from referrals.progress import outcome_of, what_happens_now
from referrals.questions.asking import Group
from referrals.rules import criteria_proposed
from referrals.services import attach_to_referral, clocks
from referrals.summaries import Summary


class ReferralMixin(RecordMixin):
    """A page of one referral that has a case; its own agency is not asked whom they know in it."""

    model = Referral

    @cached_property
    def record(self) -> Any:
        """The referral, among those the person may read."""
        rows = Referral.objects.visible_to(self.user).exclude(case=None)
        related = (
            "case__partnership",
            "partnership",
            "agency",
            "referrer",
            "incident_la",
            "home_la",
            "draft",
        )
        return get_object_or_404(rows.select_related(*related), pk=self.kwargs["pk"])

    @cached_property
    def case(self) -> Case:
        """The referral's case, checked again: both gates always hold."""
        cases = Case.objects.visible_to(self.user).select_related("partnership", "incident_la", "home_la")
        return get_object_or_404(cases, pk=self.record.case_id)

    @property
    def is_own(self) -> bool:
        """Whether it is this person's, or their agency's, own referral: they know the family by definition."""
        return not self.roles & BUSINESS_UNIT and writes_in(self.record, self.user)

    def must_ask(self) -> bool:
        return not self.is_own and CaseMixin.must_ask(self)


class SentReferral:
    """A referral as it was sent: its answers in words, its people, and what is not known yet."""

    def __init__(self, referral: Referral) -> None:
        self.referral = referral

    @cached_property
    def people(self) -> dict[str, list[Any]]:
        """The children and the family, by the group of the form that names them."""
        return {
            CHILDREN: list(
                self.referral.children.select_related("subject__person").order_by("subject__order")
            ),
            FAMILY: list(
                self.referral.relatives.select_related("subject__person").order_by("subject__order")
            ),
        }

    @cached_property
    def summary(self) -> Summary:
        """The answers in words; nothing of them names anybody of the family."""
        referral = self.referral
        named = {
            group: [{**row.answers, "key": row.key} for row in rows] for group, rows in self.people.items()
        }
        answers = {**referral.answers, **named}
        return Summary(questions_of(referral), in_full(referral, answers), referral.partnership)

    @cached_property
    def not_known(self) -> list[NotKnown]:
        return not_known(self.summary, self.people)


class ReferralView(ReferralMixin, TemplateView):
    """What was sent, how it stands, and what can be done about it."""

    template_name = "referrals/referral.html"
    page_title = "Referral"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        unsent = Referral.objects.unsent(self.user).filter(pk=self.kwargs["pk"])
        if unsent.exists():
            return redirect("referrals:tasks", pk=self.kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    @property
    def shows_names(self) -> bool:
        return self.is_own or self.is_revealed

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        referral: Referral = self.record
        triages = bool(self.roles & BUSINESS_UNIT)
        return {
            "referral": referral,
            "own": self.is_own,
            "status": referral.get_state_display(),
            "cards": self._cards(),
            "shows_names": self.shows_names,
            "may_reveal": not self.shows_names
            and (self.may(Right.REVEAL, Thing.IDENTITY) or self.may(Right.READ, Thing.IDENTITY)),
            "facts": _facts(referral),
            "proposed": criteria_proposed(referral.abuse_or_neglect, referral.outcome),
            "may_endorse": endorses(referral, self.user) and referral.state == ReferralState.SUBMITTED,
            "now": what_happens_now(referral),
            "files": Document.objects.visible_to(self.user)
            # Of a referral joined with another, the files stayed with its own case.
            .filter(
                Q(case=self.case) | Q(case__duplicate_of=self.case),
                thing=Thing.OWN_REFERRAL,
                agency=referral.agency,
            )
            .select_related("uploaded_by"),
            "may_attach": (self.is_own or triages) and not referral.has_ended,
            "letter": outcome_of(referral) is not None,
            "acts": [
                {
                    "label": act.label,
                    "href": reverse(f"referrals:{act.name}", args=[referral.pk]),
                    "reasons": act.reasons,
                }
                for act in actions_for(referral, self.user)
            ],
            "may_ask_to_withdraw": not referral.has_ended
            and (self.is_own or triages)
            and not referral.withdrawal_asked_at,
            "suggestions": duplicates.suggestions(referral, self.user)
            if triages and not referral.has_ended
            else [],
            "triages": triages,
            "may_join": referral.state
            in {ReferralState.SUBMITTED, ReferralState.RETURNED, ReferralState.ACCEPTED},
            "unknown": self.sent.not_known if triages and not referral.has_ended else [],
            "questions_asked": [{"question": each} for each in referral.questions_asked.all()],
            "linked": self.case.earlier_cases.visible_to(self.user, BUSINESS_UNIT) if triages else [],
            "to_acknowledge": triages and clocks.waits_to_be_acknowledged(referral),
            "writing_waited_for": triages and clocks.open_clock(self.case, clocks.WRITE) is not None,
            "taking_back": TakingBack.objects.filter(
                case=self.case, about=f"referrals.Referral:{referral.pk}", confirmed_at=None, refused_at=None
            ).first()
            if triages
            else None,
            "here": self.request.path,
            "back_href": reverse("desk:case", args=[self.case.pk]),
            "caption": f"{self.case} · {self.case.reference}" if self.case.pseudonym else "",
            "writable": referral.state in {ReferralState.DRAFT, ReferralState.RETURNED}
            and writes_in(referral, self.user),
            **super().get_context_data(**kwargs),
        }

    @cached_property
    def sent(self) -> SentReferral:
        return SentReferral(self.record)

    @property
    def summary(self) -> Summary:
        return self.sent.summary

    @property
    def people(self) -> dict[str, list[Any]]:
        return self.sent.people

    def _cards(self) -> list[dict[str, Any]]:
        """Each section with what was answered in it, and the people, relatives and agencies it names."""
        found = []
        for section in self.summary.sections():
            rows = [row for _, row in self.summary.rows(section) if row["value"]]
            group = section.group
            members = []
            if group is not None:
                members = (
                    [self._person(group, row) for row in self.people[group.id]]
                    if group.names_people
                    else [self._member(group, each) for each in self.summary.answers.get(group.id) or []]
                )
            if rows or members:
                found.append({"title": section.title, "rows": rows, "members": members})
        return found

    def _member(self, group: Group, member: dict[str, Any]) -> dict[str, Any]:
        rows = [row for _, row in self.summary.member_rows(group, member) if row["value"]]
        return {"name": self.summary.name_of(group, member), "rows": rows}

    def _person(self, group: Group, named: Any) -> dict[str, Any]:
        """A child or relative: under the label of the case, and with their identity only where it may be shown."""
        subject, person = named.subject, named.subject.person
        member = {**named.answers, "key": named.key}
        rows = [row for _, row in self.summary.member_rows(group, member, identifying=False) if row["value"]]
        if not self.shows_names:
            return {"name": subject.label, "rows": rows}
        identity = [
            {"key": "Called in this case", "value": subject.label},
            {"key": "Also known as", "value": person.other_names},
            {"key": "Date of birth", "value": person.born_on and date_text(person.born_on)},
            {"key": "Expected on", "value": person.expected_on and date_text(person.expected_on)},
            {"key": "Date of death", "value": person.died_on and date_text(person.died_on)},
            {"key": "NHS number", "value": person.nhs_number},
            {"key": "Unique pupil number", "value": person.upn},
            {"key": "Children’s social care case number", "value": person.la_reference},
            {"key": "Address", "value": person.address},
            {"key": "Address at the time", "value": person.address_then},
        ]
        return {
            "name": person.full_name or subject.label,
            "rows": [*(row for row in identity if row["value"]), *rows],
        }


def _facts(referral: Referral) -> list[dict[str, Any]]:
    """What is known of a referral beside its answers."""
    return [
        {
            "key": "Comes from",
            "value": referral.agency or referral.from_body or referral.get_source_display(),
        },
        {"key": "How it came", "value": referral.get_channel_display()},
        {
            "key": "Business unit first told",
            "value": referral.first_told_at and govuk_datetime(referral.first_told_at),
            "empty": "By this referral",
        },
        {"key": "Times sent", "value": referral.version},
    ]


class AttachView(ReferralMixin, FormView):
    """Adds a file to a referral that was sent: its own agency, or the business unit for what came by post."""

    form_class = AttachForm
    template_name = "components/form_page.html"
    page_title = "Add a file to the referral"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not (self.is_own or self.roles & BUSINESS_UNIT):
            request.case = self.case  # type: ignore[attr-defined]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"back_href": self.get_success_url(), **super().get_context_data(**kwargs)}

    def form_valid(self, form: AttachForm) -> HttpResponse:
        try:
            attach_to_referral(self.record, by=self.user, **form.cleaned_data)
        except TransitionRefused as refused:
            for reason in refused.reasons:
                form.add_error(None, reason)
            return self.form_invalid(form)
        messages.success(self.request, "The file is added, and the business unit can read it.")
        return redirect(self.get_success_url())

    def get_success_url(self) -> str:
        return reverse("referrals:referral", args=[self.record.pk])


class OutcomeView(ReferralMixin, TemplateView):
    """The outcome letter: what was decided about the referral, without a reason or a name."""

    template_name = "referrals/outcome.html"
    page_title = "What became of your referral"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        outcome = outcome_of(self.record)
        if outcome is None:
            raise Http404
        return {
            "referral": self.record,
            "partnership": self.record.partnership,
            "representative": self.record.partnership.word("agency_representative"),
            "outcome": outcome,
            "back_href": reverse("referrals:referral", args=[self.record.pk]),
            **super().get_context_data(**kwargs),
        }
