"""Closing a case and opening it again: one page to ask, one to answer; and bringing in a case under way."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import FormView

from accounts.db import memberships_of
from accounts.models import Partnership, User
from accounts.roles import BUSINESS_UNIT, PARTNERS, Role
from accounts.settings_choices import ReviewType
from actions.acting import ActForm
from casework.files import FileRefused
from casework.models import Stage
from casework.transitions import TransitionRefused
from casework.views import CaseMixin, RecordMixin
from decisions.kinds import RapidReviewOutcome
from decisions.models import HoldSource
from lcspr import clock
from publication import forms, services
from publication.models import BringingToChair, Closing, Reopening, ReopeningReason, ReopenTo
from publication.services.turning import CONFIRMS_CLOSING
from referrals.services.subjects import suggested_pseudonyms


class ToCase:
    case: Any

    def get_success_url(self) -> str:
        return reverse("desk:case", args=[self.case.pk])


class ProposeClosingView(ToCase, ActForm, CaseMixin):
    form_class = forms.ClosingForm
    page_title = "Propose to close the case"
    done_message = "Closing is proposed.\nThe independent chair or a partner confirms it."

    def allowed(self) -> bool:
        return Role.SGC in self.roles

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"blocked": services.why_not_close(self.case), **super().get_context_data(**kwargs)}

    def act(self, form: Any) -> None:
        services.propose_closing(self.case, by=self.user, **form.cleaned_data)


class BringToChairView(ToCase, ActForm, CaseMixin):
    """The business unit brings a case before the sub-group chair that was closed before anybody was let in."""

    form_class = forms.BringToChairForm
    page_title = "Bring the closed case before the sub-group chair"
    done_message = "The case is before the sub-group chair.\nIt is open to them until they have answered."

    def allowed(self) -> bool:
        return bool(self.roles & BUSINESS_UNIT)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "case": self.case, "suggested": suggested_pseudonyms(self.case)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        explanation = [
            "Only the business unit can open this case, because it was closed before its referral was accepted. "
            "Reopening is asked for by the sub-group chair and confirmed by a delegated safeguarding partner.",
            "The sub-group chair will be able to open the case, and reads what it holds, until they have answered. "
            "Who was let in, by whom and why stays in its record.",
        ]
        return {
            "blocked": services.why_not_bring(self.case),
            "explanation": explanation,
            **super().get_context_data(**kwargs),
        }

    def act(self, form: Any) -> None:
        services.bring_to_chair(self.case, by=self.user, on=clock.today(), **form.cleaned_data)


class AskToReopenView(ToCase, ActForm, CaseMixin):
    template_name = "publication/ask_to_reopen.html"
    form_class = forms.ReopenForm
    page_title = "Ask to reopen the case"
    done_message = "Reopening is asked for.\nA delegated partner confirms it."

    def allowed(self) -> bool:
        return Role.SGC in self.roles

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        blocked = [] if self.case.is_closed else ["The case is not closed."]
        brought = BringingToChair.objects.visible_to(self.user).filter(case=self.case).pending().first()
        explanation = []
        if brought is not None:
            explanation = [f"{brought.asked_by} brought this case before you: {brought.words}"]
        return {
            "blocked": blocked,
            "explanation": explanation,
            "stays_closed_href": reverse("publication:stays_closed", args=[brought.pk]) if brought else "",
            **super().get_context_data(**kwargs),
        }

    def act(self, form: Any) -> None:
        given = form.cleaned_data
        services.ask_to_reopen(
            self.case,
            reason=ReopeningReason(given["reason"]),
            words=given["words"],
            to=ReopenTo(given["to"]),
            la_aware_at=given["la_aware_at"],
            by=self.user,
        )


class _AnswerView(ToCase, ActForm, RecordMixin):
    """What somebody asked, before the person who confirms or refuses it."""

    template_name = "publication/turning.html"
    form_class = forms.ConfirmForm
    who: ClassVar[frozenset[Any]]

    def allowed(self) -> bool:
        return bool(self.roles & self.who)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.record
        blocked = [] if asked.is_pending else ["This has been answered already."]
        if asked.asked_by_id == self.user.pk:
            blocked.append("You asked for this yourself: a second person confirms it.")
        return {"asked": asked, "rows": self.rows(), "blocked": blocked, **super().get_context_data(**kwargs)}

    def rows(self) -> list[dict[str, Any]]:
        """What was asked, for a summary list."""
        raise TypeError(f"{type(self).__name__} says nothing of what was asked.")


class _RefuseView(ToCase, ActForm, RecordMixin):
    form_class = forms.ReasonForm
    page_title = "Say no"
    done_message = "It is recorded, with the reasons."
    who: ClassVar[frozenset[Any]]

    def allowed(self) -> bool:
        return self.record.asked_by_id == self.user.pk or bool(self.roles & self.who)

    def act(self, form: Any) -> None:
        services.refuse_turning(self.record, reason=form.cleaned_data["reason"], by=self.user)


class ConfirmClosingView(_AnswerView):
    model = Closing
    who = CONFIRMS_CLOSING
    page_title = "Close the case as complete"
    done_message = "The case is closed."

    def rows(self) -> list[dict[str, Any]]:
        return [
            {"key": "What was done, and what changed", "value": self.record.summary},
            {"key": "Impact statement", "value": self.record.impact_statement, "empty": "None was written"},
            {"key": "Proposed by", "value": self.record.asked_by},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        refuse = reverse("publication:refuse_closing", args=[self.record.pk])
        return {
            **context,
            "blocked": [*context["blocked"], *services.why_not_close(self.case)],
            "refuse_href": refuse,
        }

    def act(self, form: Any) -> None:
        services.close_complete(self.record, by=self.user, on=clock.today())


class RefuseClosingView(_RefuseView):
    model = Closing
    who = CONFIRMS_CLOSING


class ConfirmReopeningView(_AnswerView):
    model = Reopening
    who = PARTNERS
    page_title = "Reopen the case"
    done_message = "The case is open again.\nThe earlier clocks stay as they were."

    def rows(self) -> list[dict[str, Any]]:
        return [
            {"key": "Why", "value": self.record.get_reason_display()},
            {"key": "What has come up", "value": self.record.words},
            {"key": "What is done then", "value": self.record.get_to_display()},
            {"key": "Asked by", "value": self.record.asked_by},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        refuse = reverse("publication:refuse_reopening", args=[self.record.pk])
        return {"refuse_href": refuse, **super().get_context_data(**kwargs)}

    def act(self, form: Any) -> None:
        services.reopen_case(self.record, by=self.user, on=clock.today())


class RefuseReopeningView(_RefuseView):
    model = Reopening
    who = PARTNERS

    def get_success_url(self) -> str:
        # Whoever was let in only to answer may no longer open the case.
        return reverse("desk:home") if self.request.method == "POST" else super().get_success_url()


class StaysClosedView(_RefuseView):
    """The sub-group chair says no to what was brought before them; the case closes to them again."""

    model = BringingToChair
    who = frozenset({Role.SGC})
    page_title = "Leave the case closed"
    done_message = "The case stays closed.\nThe business unit is told, with your reasons."

    def get_success_url(self) -> str:
        # Whoever answered may no longer open the case.
        return reverse("desk:home") if self.request.method == "POST" else super().get_success_url()


class BringInView(FormView):
    """A case already under way, at the stage it has reached; for the business manager of a partnership."""

    form_class = forms.BringInForm
    template_name = "publication/bring_in.html"
    page_title = "Bring in a case already under way"

    @cached_property
    def partnership(self) -> Partnership:
        """The partnership named in the address, else the only one the person manages."""
        user = self.request.user
        managed = (
            [m.partnership for m in memberships_of(user) if m.role == Role.BUM]
            if isinstance(user, User)
            else []
        )
        if not managed:
            raise PermissionDenied
        wanted = self.kwargs.get("partnership_id")
        if wanted is None:
            return managed[0]
        found = next((partnership for partnership in managed if partnership.pk == wanted), None)
        if found is None:
            raise Http404
        return found

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.partnership  # noqa: B018  (refuses before anything is shown)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "partnership": self.partnership}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "case_content": True,
            "partnership": self.partnership,
            "back_href": reverse("desk:cases"),
            **super().get_context_data(**kwargs),
        }

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            case = self._bring_in(form)
        except TransitionRefused as refused:
            for reason in refused.reasons:
                form.add_error(None, reason)
            return self.form_invalid(form)
        except FileRefused as refused:
            form.add_error("proof", str(refused))
            return self.form_invalid(form)
        messages.success(
            self.request,
            "The case is brought in.\nOnly the clocks that are still open run. Let in the agencies and name those who "
            "work on it.",
        )
        return redirect("desk:case", case_id=case.pk)

    def _bring_in(self, form: Any) -> Any:
        given = form.cleaned_data
        user = self.request.user
        assert isinstance(user, User)
        return services.bring_in_case(
            self.partnership,
            by=user,
            stage=Stage(given["stage"]),
            pseudonym=given["pseudonym"],
            children=[
                services.Child(
                    forenames=given["forenames"],
                    surname=given["surname"],
                    born_on=given["born_on"],
                    outcome=given["child_outcome"],
                )
            ],
            dates=form.dates(),
            proof=given["proof"],
            why=given["why"],
            on=clock.today(),
            legacy=bool(given["legacy"]),
            incident_la=given["incident_la"],
            outcome=RapidReviewOutcome(given["rr_outcome"] or RapidReviewOutcome.LCSPR),
            review_type=ReviewType(given["review_type"]),
            public=services.Public(
                title=given["public_title"],
                summary=given["summary"],
                improvements=given["improvements"],
                report=given["report"] or None,
            ),
            planned_on=given["planned_on"],
            held_for=services.HeldFor(
                source=HoldSource(given["hold_source"]),
                reason=given["hold_reason"],
                review_on=given["hold_review_on"],
            )
            if given["hold_source"] and given["hold_review_on"]
            else None,
        )
