"""The rapid review itself: its page, its report, its way to the National Panel and back."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import FormView, TemplateView

from accounts.access_table import Right, Thing
from accounts.roles import BUSINESS_UNIT, Role
from casework.forms import ReasonForm
from casework.transitions import TransitionRefused
from casework.views import ActView, RecordMixin
from deadlines.models import Deadline
from decisions.kinds import RapidReviewOutcome
from decisions.standing import split_statement
from lcspr import clock
from rapid_review import services
from rapid_review.forms import (
    AnswerPanelForm,
    ClosingForm,
    ConfirmForm,
    LetterForm,
    ReportForm,
    SentForm,
)
from rapid_review.models import AgencyRequest, PanelLetter, Purpose, RapidReview, RapidReviewState
from rapid_review.services.letters import may_go_on
from rapid_review.services.review import REPORT_FIELDS
from referrals.models import SeriousIncidentNotification


class RapidReviewView(RecordMixin, TemplateView):
    """What was asked and returned, what was written, decided and answered."""

    model = RapidReview
    template_name = "rapid_review/review.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        review: RapidReview = self.record
        requests = AgencyRequest.objects.visible_to(self.user).filter(case=self.case, round=review.round)
        reads_letters = self.may(Right.READ, Thing.PANEL_LETTERS)
        return {
            "page_title": "Rapid review",
            "requests": requests.select_related("agency"),
            "sections": [(purpose.label, getattr(review, purpose.value)) for purpose in Purpose],
            "letters": review.letters.all() if reads_letters else PanelLetter.objects.none(),
            "may_ask": bool(self.roles & BUSINESS_UNIT) and review.state == RapidReviewState.GATHERING,
            "may_write": self.may(Right.WRITE, Thing.RR_REPORT)
            and review.state in {RapidReviewState.GATHERING, RapidReviewState.ANALYSIS},
            "may_accept_gaps": Role.SGC in self.roles and review.state == RapidReviewState.GATHERING,
            "follow_ups": _follow_ups(review, self.roles),
            "may_record_letter": bool(self.roles & BUSINESS_UNIT)
            and review.state in {RapidReviewState.SENT, RapidReviewState.CHALLENGED},
            "may_take_back": bool(self.roles & BUSINESS_UNIT) and review.state == RapidReviewState.SENT,
            **super().get_context_data(**kwargs),
        }


def _follow_ups(review: RapidReview, roles: frozenset[Any]) -> list[dict[str, Any]]:
    """What the business unit or the sub-group chair may do when no review is held."""
    if review.state != RapidReviewState.SENT or review.outcome != RapidReviewOutcome.NO_LCSPR:
        return []
    reasons = may_go_on(review)
    acts = (
        ("Go on to follow up actions", "rapid_review:monitor", BUSINESS_UNIT),
        ("Close the case: nothing is left to do", "rapid_review:close", frozenset({Role.SGC})),
    )
    return [
        {"label": label, "href": reverse(page, args=[review.pk]), "reasons": reasons}
        for label, page, who in acts
        if roles & who
    ]


class ReportView(RecordMixin, FormView):
    """Writing the report; two people at once do not overwrite each other."""

    model = RapidReview
    form_class = ReportForm
    template_name = "casework/act.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not self.may(Right.WRITE, Thing.RR_REPORT):
            request.case = self.case  # type: ignore[attr-defined]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {
            **{name: getattr(self.record, name) for name in REPORT_FIELDS},
            "version": self.record.report_version,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "page_title": "Write the rapid review report",
            "back_href": reverse("rapid_review:review", args=[self.record.pk]),
            **super().get_context_data(**kwargs),
        }

    def form_valid(self, form: ReportForm) -> HttpResponse:
        services.write_report(self.record, by=self.user, **form.cleaned_data)
        messages.success(self.request, "The report has been saved.")
        return redirect("rapid_review:review", pk=self.record.pk)


class ReviewAct(ActView):
    """An act on the rapid review."""

    model = RapidReview


class FinishGatheringView(ReviewAct):
    transition = "finish_gathering"
    form_class = ConfirmForm
    done_message = "Gathering is finished."
    next_message = "Hold the meeting and write the report."

    def act(self, form: Any) -> Any:
        return services.finish_gathering(self.record, by=self.user, at=clock.now())


class AcceptGapsView(RecordMixin, FormView):
    model = RapidReview
    form_class = ReasonForm
    template_name = "casework/act.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "page_title": "Go on without an agency’s information",
            "back_href": reverse("rapid_review:review", args=[self.record.pk]),
            **super().get_context_data(**kwargs),
        }

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if Role.SGC not in self.roles:
            request.case = self.case  # type: ignore[attr-defined]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: ReasonForm) -> HttpResponse:
        services.accept_gaps(self.record, reason=form.cleaned_data["reason"], by=self.user)
        messages.success(self.request, "The gaps are accepted. The business unit can finish gathering.")
        return redirect("rapid_review:review", pk=self.record.pk)


class PutToPartnersView(ReviewAct):
    transition = "put_to_partners"
    form_class = ConfirmForm
    done_message = "The three partners have been asked for their views."

    def act(self, form: Any) -> Any:
        return services.put_to_partners(self.record, by=self.user, on=clock.today())


class AskForReworkView(ReviewAct):
    transition = "ask_for_rework"
    form_class = ReasonForm
    done_message = "The rapid review has been sent back to be reworked."

    def act(self, form: Any) -> Any:
        return services.ask_for_rework(
            self.record, reason=form.cleaned_data["reason"], by=self.user, on=clock.today()
        )


class SendView(ReviewAct):
    transition = "send"
    form_class = SentForm
    done_message = "The rapid review is recorded as sent."
    next_message = "Wait for the National Panel’s letter."

    def get_form_kwargs(self) -> dict[str, Any]:
        notification = SeriousIncidentNotification.objects.filter(
            case=self.case, sent_at__isnull=False
        ).last()
        clock_of_review = Deadline.objects.of(self.case).filter(code="DL-10").open().first()
        return {
            **super().get_form_kwargs(),
            "not_before": notification.sent_at if notification else None,
            "due_at": clock_of_review.due_at if clock_of_review else None,
            "is_split": bool(self.split),
        }

    @cached_property
    def split(self) -> list[str]:
        """What the rapid review must say of a disagreement (T18)."""
        decision = self.record.decision
        return split_statement(decision) if decision is not None else []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        must_say = (
            ["The rapid review goes in time, and must state the split:", *self.split] if self.split else []
        )
        return {"explanation": must_say, **super().get_context_data(**kwargs)}

    def act(self, form: Any) -> Any:
        given = {name: value for name, value in form.cleaned_data.items() if name != "states_split"}
        return services.send_rapid_review(self.record, by=self.user, **given)


class LetterView(RecordMixin, FormView):
    """Recording a letter of the National Panel: what follows depends on what it says."""

    model = RapidReview
    form_class = LetterForm
    template_name = "casework/act.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not self.roles & BUSINESS_UNIT:
            request.case = self.case  # type: ignore[attr-defined]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        sent_at: dt.datetime | None = self.record.sent_at
        return {**super().get_form_kwargs(), "not_before": sent_at.date() if sent_at else None}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "page_title": "Record the National Panel’s letter",
            "back_href": reverse("rapid_review:review", args=[self.record.pk]),
            **super().get_context_data(**kwargs),
        }

    def form_valid(self, form: LetterForm) -> HttpResponse:
        try:
            services.record_panel_letter(self.record, by=self.user, **form.cleaned_data)
        except TransitionRefused as refused:
            form.add_error(None, " ".join(refused.reasons))
            return self.form_invalid(form)
        messages.success(self.request, "The letter is recorded.")
        return redirect("desk:case", case_id=self.case.pk)


class AnswerQueryView(ReviewAct):
    transition = "answer_query"
    form_class = AnswerPanelForm
    done_message = "The answer is recorded."
    next_message = "Wait for the National Panel’s next letter."

    def act(self, form: Any) -> Any:
        return services.answer_national_panel(self.record, by=self.user, **form.cleaned_data)


class MonitorView(ReviewAct):
    transition = "conclude"
    form_class = ConfirmForm
    done_message = "The rapid review is concluded; its actions are followed up."

    def act(self, form: Any) -> Any:
        return services.monitor_after_panel(self.record, by=self.user)


class CloseView(ReviewAct):
    transition = "conclude"
    form_class = ClosingForm
    done_message = "The case is closed."

    def act(self, form: Any) -> Any:
        return services.close_after_panel(self.record, by=self.user, **form.cleaned_data)
