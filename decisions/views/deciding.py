"""The pages on which questions are answered: one page a decision-maker can finish in a meeting.

The pages that answer are bases: the stage that asks subclasses them, overrides `give` where answering may move
its case, routes them, and names them in `decisions.pages`. Confirming, contesting and the record are routed here.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from accounts.access_table import Thing
from accounts.roles import BUSINESS_UNIT, LEAD_PARTNERS, PARTNERS, Role
from accounts.settings_choices import DecisionModel, StatutoryPartner
from casework import audit, jobs
from casework.files import store_document
from casework.models import Document
from casework.permissions import on_behalf_of
from casework.views import ActView, RecordMixin
from decisions import forms, pages, printing, services, standing
from decisions.kinds import DecisionKind, recommendation_comes_first
from decisions.models import Decision, DecisionState, PartnerView, ViewState
from decisions.models.declaration import QUESTIONS
from decisions.partners import ROLE_OF, partners_of
from decisions.views.acting import Acting
from lcspr import clock


class DecisionPage(RecordMixin, Acting):
    """A page that does something to one decision.

    The address holds the decision's key; a stage may set `model` to its own record, and `kind`, and then the
    address holds that record's. `evidence_template` is a fragment shown beside the question: the limbs, the
    criteria, what each agency said; `evidence()` gives it its context.
    """

    model = Decision
    kind: ClassVar[DecisionKind | None] = None
    template_name = "decisions/decide.html"
    evidence_template: ClassVar[str] = ""
    asks_while: ClassVar[frozenset[str]] = frozenset({DecisionState.OPEN})

    @cached_property
    def decision(self) -> Decision:
        if self.model is Decision:
            found: Decision = self.record
            here = self.request.resolver_match
            if here is not None and not pages.answers(here.view_name, found):
                raise Http404
            return found
        asked = Decision.objects.visible_to(self.user).filter(
            about=audit.label_of(self.record), kind=self.kind
        )
        latest = asked.select_related("case__partnership").order_by("-opened_on", "-created_at").first()
        if latest is None:
            raise Http404
        decision: Decision = latest
        return decision

    def read_object(self) -> models.Model:
        return self.decision

    def evidence(self) -> dict[str, Any]:
        """What the stage shows beside the question."""
        return {}

    @property
    def blocked(self) -> list[str]:
        """What stands in the way before anything is typed."""
        if self.decision.state not in self.asks_while:
            return [f"This has moved on: it is now “{self.decision.get_state_display()}”."]
        return []

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "decision": self.decision}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "decision": self.decision,
            "blocked": self.blocked,
            "views": standing.views_shown_to(self.decision, self.user),
            "hidden": standing.is_hidden_from(self.decision, self.user),
            "chair_view": self.decision.chair_view(),
            "evidence_template": self.evidence_template,
            **self.evidence(),
            **super().get_context_data(**kwargs),
        }

    def store(self, upload: UploadedFile, title: str) -> Document:
        """Keep the file that proves what is recorded."""
        return store_document(self.case, upload, by=self.user, title=title, thing=Thing.RR_REPORT)


class GiveViewPage(DecisionPage):
    """A delegated partner, or their deputy, gives their own view; or declares a conflict instead."""

    form_class = forms.ViewForm
    acting_roles = PARTNERS
    page_title = "Give your view"
    done_message = "Your view is recorded."

    @cached_property
    def partner(self) -> StatutoryPartner:
        """For whom the person speaks; of a deputy of two, the one whose view is still wanted."""
        own = partners_of(self.user, self.decision.case)
        given = {view.partner for view in self.decision.live_views() if view.state != ViewState.CONTESTED}
        return next((partner for partner in own if partner not in given), own[0])

    @cached_property
    def held(self) -> PartnerView | None:
        return next((view for view in self.decision.live_views() if view.partner == self.partner), None)

    @property
    def blocked(self) -> list[str]:
        if self.held is not None and self.held.state == ViewState.CONTESTED:
            return []
        reasons = super().blocked
        if not self.decision.recommended and recommendation_comes_first(DecisionKind(self.decision.kind)):
            reasons.append("The sub-group chair records the group’s recommendation first.")
        return reasons

    def give(self, form: Any) -> Any:
        given = form.cleaned_data
        return services.give_view(
            self.decision,
            by=self.user,
            outcome=given["outcome"],
            reasons=given["reasons"],
            on=clock.today(),
            partner=self.partner,
            findings=form.findings(),
        )

    def form_valid(self, form: Any) -> HttpResponse:
        return self._declare(form) if form.cleaned_data["conflict"] else super().form_valid(form)

    def _declare(self, form: Any) -> HttpResponse:
        declared = form.cleaned_data["conflicts"]
        services.declare(
            self.case,
            by=self.user,
            role=ROLE_OF[self.partner],
            answers={name: name in declared for name in QUESTIONS},
            details=form.cleaned_data["conflict_details"],
            on=clock.today(),
        )
        messages.success(
            self.request,
            "Your declaration is recorded.\nNo view was given. The declaration is decided first.",
        )
        return redirect(self.get_success_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        deputises_for = on_behalf_of(self.user, self.case, {ROLE_OF[self.partner]})
        return {
            "held": self.held,
            "partner_name": standing.name_of(self.partner),
            "deputises_for": deputises_for.user if deputises_for else None,
            "today": clock.today(),
            **super().get_context_data(**kwargs),
        }


class RecordOnBehalfPage(DecisionPage):
    """The sub-group chair or the business unit records a view from the meeting, with the minute."""

    form_class = forms.OnBehalfForm
    acting_roles = BUSINESS_UNIT | {Role.SGC}
    page_title = "Record a partner’s view on their behalf"
    done_message = "The view is recorded.\nThe partner is told, and confirms or contests it."

    def give(self, form: Any) -> Any:
        given = form.cleaned_data
        return services.record_view_on_behalf(
            self.decision,
            partner=StatutoryPartner(given["partner"]),
            outcome=given["outcome"],
            reasons=given["reasons"],
            evidence=self.store(given["evidence"], "Where a partner gave their view"),
            by=self.user,
            on=given["on"],
        )


class RecommendPage(DecisionPage):
    """The sub-group chair records what the group recommends."""

    form_class = forms.RecommendationForm
    acting_roles = frozenset({Role.SGC})
    page_title = "Record the group’s recommendation"
    done_message = "The recommendation is recorded."

    def give(self, form: Any) -> Any:
        given = form.cleaned_data
        return services.recommend(
            self.decision,
            by=self.user,
            outcome=given["outcome"],
            reasons=given["reasons"],
            review_type=given.get("review_type", ""),
            method=given["method"],
            on=clock.today(),
        )


class ChairViewPage(DecisionPage):
    """The independent chair comments, agrees or decides, as the decision model has it."""

    acting_roles = frozenset({Role.IC})
    done_message = "It is recorded."

    _TITLES: ClassVar[dict[str, str]] = {
        DecisionModel.THREE_DSP: "Comment as independent chair",
        DecisionModel.THREE_DSP_WITH_IC: "Say whether you agree",
        DecisionModel.IC_DECIDES: "Decide as independent chair",
    }
    _FORMS: ClassVar[dict[str, Any]] = {
        DecisionModel.THREE_DSP: forms.ChairCommentForm,
        DecisionModel.THREE_DSP_WITH_IC: forms.ChairAgreesForm,
        DecisionModel.IC_DECIDES: forms.ChairDecidesForm,
    }

    @property
    def page_title(self) -> str:  # type: ignore[override]
        return self._TITLES[self.decision.model]

    def get_form_class(self) -> Any:
        return self._FORMS[self.decision.model]

    @property
    def blocked(self) -> list[str]:
        if self.decision.model == DecisionModel.THREE_DSP:
            return []
        if reasons := super().blocked:
            return reasons
        if None in self.decision.view_outcomes().values():
            return list(self.decision.standing().needs)
        return []

    def give(self, form: Any) -> Any:
        given = form.cleaned_data
        return services.give_chair_view(
            self.decision,
            by=self.user,
            outcome=given.get("outcome", ""),
            agrees=given.get("agrees"),
            review_type=given.get("review_type", ""),
            reasons=given["reasons"],
            on=clock.today(),
        )


class ConfirmDeparturePage(DecisionPage):
    """A partner confirms the independent chair's decision that departs from three unanimous views."""

    form_class = forms.ConfirmDepartureForm
    acting_roles = PARTNERS
    page_title = "Confirm the independent chair’s decision"
    done_message = "Your confirmation is recorded."

    def give(self, form: Any) -> Any:
        partner = partners_of(self.user, self.decision.case)[0]
        return services.confirm_departure(self.decision, by=self.user, on=clock.today(), partner=partner)


class EscalatePage(DecisionPage):
    """A disagreement goes to the lead safeguarding partners (T18)."""

    form_class = forms.EscalateForm
    acting_roles = PARTNERS | BUSINESS_UNIT | {Role.SGC, Role.IC}
    page_title = "Escalate to the lead safeguarding partners"
    done_message = "The lead safeguarding partners are told.\nNo statutory clock waits for them."

    def give(self, form: Any) -> Any:
        return services.escalate(
            self.decision, by=self.user, reason=form.cleaned_data["reason"], on=clock.today()
        )

    def get_success_url(self) -> str:
        dispute = self.decision.escalations.open().first()
        return reverse("decisions:dispute", args=[dispute.pk]) if dispute else super().get_success_url()


class LeadPartnersPage(DecisionPage):
    """The lead safeguarding partners' written decision is recorded."""

    form_class = forms.LeadPartnersForm
    acting_roles = LEAD_PARTNERS | BUSINESS_UNIT | {Role.SGC, Role.IC}
    asks_while = frozenset({DecisionState.ESCALATED})
    page_title = "Record the lead safeguarding partners’ decision"
    done_message = "Their decision is recorded. It is the outcome."

    def give(self, form: Any) -> Any:
        given = form.cleaned_data
        return services.record_lead_partners_decision(
            self.decision,
            by=self.user,
            outcome=given["outcome"],
            review_type=given.get("review_type", ""),
            reasons=given["reasons"],
            evidence=self.store(given["evidence"], "The lead safeguarding partners’ written decision"),
            on=given["on"],
        )


class DecideAlonePage(DecisionPage):
    """The local authority notifies although a partner disagrees (T13)."""

    form_class = forms.DecideAloneForm
    acting_roles = frozenset({Role.DSP_LA, Role.LAN})
    asks_while = frozenset({DecisionState.OPEN, DecisionState.ESCALATED})
    page_title = "Notify although a partner disagrees"
    done_message = "It is recorded, with the dissent.\nThe lead safeguarding partners are told."

    def give(self, form: Any) -> Any:
        return services.decide_alone(
            self.decision, by=self.user, reasons=form.cleaned_data["reason"], on=clock.today()
        )


class _RecordedView(ActView):
    """A view recorded on behalf, before the partner for whom it was."""

    model = PartnerView
    template_name = "decisions/recorded_view.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "decision": self.record.decision,
            "partner_name": standing.name_of(self.record.partner),
            **super().get_context_data(**kwargs),
        }

    def get_success_url(self) -> str:
        return reverse("decisions:record", args=[self.record.decision_id])


class ConfirmViewPage(_RecordedView):
    transition = "confirm"
    form_class = forms.ConfirmForm
    done_message = "The view is now your own."

    def act(self, form: Any) -> Any:
        return services.confirm_view(self.record, by=self.user)


class ContestViewPage(_RecordedView):
    transition = "contest"
    form_class = forms.ContestForm
    done_message = "The view is contested."
    next_message = "Give your own view, so that the decision can be acted on."

    def act(self, form: Any) -> Any:
        return services.contest_view(self.record, by=self.user, reason=form.cleaned_data["reason"])


class DecisionRecordPage(RecordMixin, TemplateView):
    """The record of a decision as it can be printed: the question, who said what and why, and the outcome."""

    model = Decision
    template_name = "decisions/record.html"
    page_title = "Record of the decision"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        decision: Decision = self.record
        return {
            **printing.said_in(decision, self.user),
            "asked_before": [
                job
                for job in jobs.of(self.user, printing.TASK)
                if job.asked.get("decision") == str(decision.pk)
            ],
            "mine": self._mine(decision),
            "links": self._links(decision),
            "back_href": reverse("desk:case", args=[self.case.pk]),
            **super().get_context_data(**kwargs),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Have the record made as a PDF, as it stands now."""
        job = jobs.ask(
            printing.TASK,
            by=self.user,
            title="Record of the decision",
            origin=request.path,
            asked={"decision": str(self.record.pk)},
            case=self.case,
        )
        return redirect("casework:job", job.pk)

    def _mine(self, decision: Decision) -> list[dict[str, str]]:
        """Views recorded for this person's partner that wait for them."""
        own = partners_of(self.user, self.case)
        return [
            {
                "confirm_href": reverse("decisions:confirm", args=[view.pk]),
                "contest_href": reverse("decisions:contest", args=[view.pk]),
            }
            for view in decision.live_views()
            if view.partner in own and view.state == ViewState.RECORDED
        ]

    def _links(self, decision: Decision) -> list[dict[str, str]]:
        return [
            {"label": label, "href": str(pages.address(decision, act))}
            for act, label, roles, states in _LINKS
            if decision.state in states and self.roles & roles and pages.has_page(decision, act)
        ]


_OPEN = frozenset({DecisionState.OPEN})
_LINKS: list[tuple[pages.Act, str, frozenset[Role], frozenset[DecisionState]]] = [
    (pages.Act.GIVE_VIEW, "Give your view", PARTNERS, _OPEN),
    (pages.Act.RECOMMEND, "Record the recommendation", frozenset({Role.SGC}), _OPEN),
    (pages.Act.RECORD_ON_BEHALF, "Record a view on behalf", BUSINESS_UNIT | {Role.SGC}, _OPEN),
    (pages.Act.CHAIR_VIEW, "Speak as independent chair", frozenset({Role.IC}), _OPEN),
    (pages.Act.ESCALATE, "Escalate", PARTNERS | BUSINESS_UNIT | {Role.SGC, Role.IC}, _OPEN),
    (
        pages.Act.LEAD_PARTNERS,
        "Record the lead safeguarding partners’ decision",
        LEAD_PARTNERS | BUSINESS_UNIT | {Role.SGC, Role.IC},
        frozenset({DecisionState.ESCALATED}),
    ),
]
