"""The record of a dispute: its page, what is added to it, and bringing the question back to the partners."""

from __future__ import annotations

from typing import Any, ClassVar

from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from accounts.roles import BUSINESS_UNIT, LEAD_PARTNERS, PARTNERS, Role
from accounts.settings_choices import StatutoryPartner
from casework.views import RecordMixin
from decisions import forms, pages, services
from decisions.models import Decision, DecisionState, DisputeEnd, DisputeStep, Escalation, StepKind
from decisions.services.escalation import KEEPS_THE_RECORD
from decisions.views.acting import Acting
from lcspr import clock

MAY_BRING_BACK = PARTNERS | BUSINESS_UNIT | {Role.SGC, Role.IC}


class DisputePage(RecordMixin, TemplateView):
    """What is disputed, who holds what, who was told, every step with its date, and how it ended (F-21)."""

    model = Escalation
    template_name = "decisions/dispute.html"
    page_title = "Dispute among the partners"

    @cached_property
    def decision(self) -> Decision:
        found: Decision = (
            Decision.objects.visible_to(self.user)
            .select_related("case__partnership", "lead_decision__evidence", "lead_decision__recorded_by")
            .get(pk=self.record.decision_id)
        )
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        steps = list(self.record.steps.select_related("recorded_by"))
        is_open = self.record.is_open
        decided_so = self.record.ended_how == DisputeEnd.LEAD_PARTNERS
        return {
            "dispute": self.record,
            "decision": self.decision,
            "positions": _positions(steps),
            "told": [step for step in steps if step.kind == StepKind.TOLD],
            "steps": steps,
            "lead_decision": self.decision.lead() if decided_so else None,
            "statement": services.split_statement(self.decision) if is_open else [],
            "is_lead_partner": bool(self.roles & LEAD_PARTNERS),
            "acts": self._acts() if is_open else [],
            "today": clock.today(),
            "back_href": reverse("desk:case", args=[self.case.pk]),
            **super().get_context_data(**kwargs),
        }

    def _acts(self) -> list[dict[str, str]]:
        acts = []
        if self.roles & KEEPS_THE_RECORD:
            acts.append(
                ("Add a step to this record", reverse("decisions:dispute_step", args=[self.record.pk]))
            )
        if self.decision.state != DecisionState.ESCALATED:
            return [{"label": label, "href": href} for label, href in acts]
        if self.roles & (BUSINESS_UNIT | {Role.IC, Role.SGC}):
            href = str(pages.address(self.decision, pages.Act.LEAD_PARTNERS))
            acts.insert(0, ("Record the lead safeguarding partners’ decision", href))
        if self.roles & MAY_BRING_BACK:
            href = reverse("decisions:bring_back", args=[self.record.pk])
            acts.append(("Bring it back from the lead safeguarding partners", href))
        return [{"label": label, "href": href} for label, href in acts]


def _positions(steps: list[DisputeStep]) -> list[dict[str, Any]]:
    """What each partner holds, in the partners' usual order: the latest position of each."""
    latest = {step.partner: step for step in steps if step.kind == StepKind.POSITION}
    return [{"partner": partner.label, "step": latest.get(partner.value)} for partner in StatutoryPartner]


class _OfDispute(RecordMixin, Acting):
    model = Escalation
    explains: ClassVar[str] = ""

    @property
    def blocked(self) -> list[str]:
        """What stands in the way before anything is typed."""
        return [] if self.record.is_open else ["The dispute has ended."]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "blocked": self.blocked,
            "explanation": [self.record.reason, *([self.explains] if self.explains else [])],
            **super().get_context_data(**kwargs),
        }

    def get_success_url(self) -> str:
        return reverse("decisions:dispute", args=[self.record.pk])


class DisputeStepPage(_OfDispute):
    form_class = forms.DisputeStepForm
    acting_roles = KEEPS_THE_RECORD
    page_title = "Add a step to the record of the dispute"
    done_message = "It is recorded."

    def give(self, form: Any) -> Any:
        given = form.cleaned_data
        return services.record_dispute_step(
            self.record,
            by=self.user,
            kind=StepKind(given["kind"]),
            partner=StatutoryPartner(given["partner"]) if given["partner"] else None,
            words=given["words"],
            on=given["on"],
        )


class BringBackPage(_OfDispute):
    form_class = forms.BringBackForm
    acting_roles = MAY_BRING_BACK
    page_title = "Bring it back from the lead safeguarding partners"
    explains = "The question is open again, and the partners’ views stand until they change them."
    done_message = "The question is with the three partners again.\nThey confirm their views, or change them."

    @property
    def blocked(self) -> list[str]:
        mine = ["You opened this dispute yourself: a second person ends it."]
        return [*super().blocked, *(mine if self.record.opened_by_id == self.user.pk else [])]

    def give(self, form: Any) -> Any:
        given = form.cleaned_data
        return services.bring_back(
            self.record, by=self.user, how=DisputeEnd(given["how"]), reason=given["reason"], on=clock.today()
        )
