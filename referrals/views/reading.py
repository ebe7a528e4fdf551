"""The page of a referral: for its referrer what they sent and how it stands, for the business unit the triage."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import TemplateView

from accounts.access_table import Right, Thing
from accounts.roles import BUSINESS_UNIT
from casework.models import Case, Outcome, TakingBack
from casework.transitions import actions_for
from casework.views import CaseMixin, RecordMixin
from govuk.dates import date_text
from referrals import duplicates
from referrals.models import AbuseOrNeglect, Referral, ReferralState
from referrals.permissions import writes_in
from referrals.rules import criteria_proposed
from referrals.services import clocks

SAFE = {"yes": "Yes", "no": "No", "not_known": "Not known yet"}


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
            "children": [self._child(child) for child in self._children()],
            "shows_names": self.shows_names,
            "may_reveal": not self.shows_names
            and (self.may(Right.REVEAL, Thing.IDENTITY) or self.may(Right.READ, Thing.IDENTITY)),
            "facts": _facts(referral),
            "narrative": _narrative(referral),
            "proposed": criteria_proposed(referral.abuse_or_neglect, referral.outcome),
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

    def _children(self) -> Any:
        return self.record.children.select_related("subject__person").order_by("subject__order")

    def _child(self, child: Any) -> dict[str, Any]:
        subject, person = child.subject, child.subject.person
        if not self.shows_names:
            return {
                "name": subject.label,
                "rows": [{"key": "What happened", "value": subject.get_outcome_display()}],
            }
        born = date_text(person.born_on) if person.born_on else ""
        if subject.unborn:
            expected = date_text(person.expected_on) if person.expected_on else "date not known yet"
            born = f"Not born yet, expected: {expected}"
        return {
            "name": person.full_name or subject.label,
            "rows": [
                {"key": "Called in this case", "value": subject.label},
                {"key": "Also known as", "value": person.other_names, "empty": "None given"},
                {"key": "Date of birth", "value": born},
                {"key": "NHS number", "value": person.nhs_number},
                {"key": "What happened", "value": subject.get_outcome_display()},
            ],
        }


def _facts(referral: Referral) -> list[dict[str, Any]]:
    until = f" to {date_text(referral.incident_until)}" if referral.incident_until else ""
    about = " (estimated)" if referral.incident_approximate else ""
    when = f"{date_text(referral.incident_from)}{until}{about}" if referral.incident_from else ""
    return [
        {
            "key": "Comes from",
            "value": referral.agency or referral.from_body or referral.get_source_display(),
        },
        {
            "key": "Referred by",
            "value": ", ".join(filter(None, [referral.referrer_name, referral.referrer_job_title])),
        },
        {"key": "Telephone", "value": referral.referrer_phone, "empty": "Not given"},
        {"key": "How it came", "value": referral.get_channel_display()},
        {"key": "Discussed with", "value": referral.lead_name, "empty": "Not asked"},
        {"key": "When it happened", "value": when},
        {
            "key": "Where",
            "value": "Outside England" if referral.outside_england else referral.incident_la,
        },
        {"key": "Home area", "value": referral.home_la},
        {
            "key": "Their agency became aware",
            "value": referral.agency_aware_on and date_text(referral.agency_aware_on),
        },
    ]


def _narrative(referral: Referral) -> list[dict[str, Any]]:
    answers = referral.answers
    return [
        {"key": "What happened", "value": answers.get("account")},
        {"key": "Abuse or neglect", "value": _label(AbuseOrNeglect, referral.abuse_or_neglect)},
        {"key": "Why", "value": answers.get("abuse_or_neglect_because")},
        {"key": "Died or seriously harmed", "value": _label(Outcome, referral.outcome)},
        {"key": "What is known of the harm", "value": answers.get("outcome_because")},
        {"key": "Agencies", "value": answers.get("agencies")},
        {"key": "Children safe now", "value": SAFE.get(str(answers.get("safe_now")))},
        {"key": "What was done for their safety", "value": answers.get("safety_actions")},
    ]


def _label(choices: Any, value: str) -> str:
    return str(choices(value).label) if value else ""
