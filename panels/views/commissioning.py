"""Going on from the rapid review, and telling those outside that a review starts."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from accounts.roles import BUSINESS_UNIT, Role
from accounts.settings_choices import ReviewType
from actions.acting import ActForm
from casework.models import Case
from casework.permissions import holders
from casework.views import ActView, CaseMixin, RecordMixin
from correspondence.models import How, NoticeSubject, Recipient
from decisions.kinds import ReconsiderationOutcome
from lcspr import clock
from panels import forms, services
from panels.models import Review
from panels.models.guards import told
from panels.permissions import DECIDERS
from rapid_review.models import RapidReview
from rapid_review.services.letters import may_go_on


class _FromRapidReview(ActView):
    """An act that ends the rapid review and opens what follows."""

    model = RapidReview
    acting_roles: ClassVar[frozenset[Role]] = BUSINESS_UNIT

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # The exit of the rapid review serves several acts; the case's own says who may take this one.
        if not self.roles & self.acting_roles:
            request.case = self.case  # type: ignore[attr-defined]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class BeginCommissioningView(_FromRapidReview):
    transition = "conclude"
    form_class = forms.ConfirmForm
    page_title = "Go on to commission the review"
    done_message = "The review is being commissioned."
    next_message = "Find an author and a review panel chair, and write the terms of reference."

    @property
    def blocked(self) -> list[str]:
        return services.why_not_commission(self.record)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "page_title": self.page_title}

    def act(self, form: Any) -> Any:
        return services.begin_commissioning(self.record, by=self.user, on=clock.today())


class _OpensAlternative:
    """What the pages that open another kind of review share: who may lead it, and what was recommended."""

    case: Any
    user: Any

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()  # type: ignore[misc]
        return {**kwargs, "case": self.case, "leads": holders(self.case, Role)}

    @staticmethod
    def recommended(decision: Any) -> dict[str, Any]:
        """What a decision said of the kind of review and its method."""
        if decision is None:
            return {}
        return {
            "review_type": decision.review_type or decision.recommended_type,
            "method": decision.recommended_method,
        }

    @staticmethod
    def answers(form: Any) -> dict[str, Any]:
        given = form.cleaned_data
        return {**given, "review_type": ReviewType(given["review_type"])}


class BeginAlternativeView(_OpensAlternative, _FromRapidReview):
    transition = "conclude"
    form_class = forms.AlternativeForm
    page_title = "Go on to another kind of review"
    done_message = "The other review is open."
    next_message = "Write what it looks at, and send that to those invited."

    @property
    def blocked(self) -> list[str]:
        if self.record.outcome != ReconsiderationOutcome.ALTERNATIVE:
            return ["The partners have not decided on another kind of review."]
        return may_go_on(self.record)

    def get_initial(self) -> dict[str, Any]:
        return self.recommended(self.record.decision)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "page_title": self.page_title}

    def act(self, form: Any) -> Any:
        return services.begin_alternative(self.record, by=self.user, on=clock.today(), **self.answers(form))


class ConcludeReconsideredView(_OpensAlternative, ActView):
    """Ends the rapid review as the partners decided when they looked again."""

    model = RapidReview
    transition = "conclude_reconsidered"
    done_message = "The rapid review is concluded as the partners decided."
    next_message = "Tell the National Panel."

    @property
    def is_alternative(self) -> bool:
        return bool(self.record.outcome == ReconsiderationOutcome.ALTERNATIVE)

    def get_form_class(self) -> Any:
        return forms.AlternativeForm if self.is_alternative else forms.ConfirmForm

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        if not self.is_alternative:
            kwargs.pop("case")
            kwargs.pop("leads")
        return kwargs

    def get_initial(self) -> dict[str, Any]:
        return self.recommended(self.record.decision)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        decision = self.record.decision
        outcome = decision.get_outcome_display() if decision else ""
        return {
            "explanation": [f"The partners decided: {outcome}."] if outcome else [],
            **super().get_context_data(**kwargs),
        }

    def act(self, form: Any) -> Any:
        more = self.answers(form) if self.is_alternative else {}
        return services.conclude_reconsidered(self.record, by=self.user, on=clock.today(), **more)


class NoticesView(ActForm, CaseMixin):
    """Records at once that the National Panel, Ofsted and the Department were told."""

    form_class = forms.NoticesForm
    subject: ClassVar[NoticeSubject] = NoticeSubject.LCSPR_STARTING
    page_title = "Record that the National Panel, Ofsted and the Department were told of the review"
    done_message = "The notices are recorded."

    def allowed(self) -> bool:
        return bool(self.roles & BUSINESS_UNIT)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "told": set(told(self.case, self.subject))}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "blocked": services.why_not_yet(self.case, self.subject),
            **super().get_context_data(**kwargs),
        }

    def act(self, form: Any) -> Any:
        given = form.cleaned_data
        return services.record_notices(
            self.case,
            subject=self.subject,
            to=[Recipient(each) for each in given["to"]],
            sent_at=given["sent_at"],
            how=How(given["how"]),
            words=given["words"],
            proof=given["proof"],
            by=self.user,
        )

    def get_success_url(self) -> str:
        return reverse("desk:case", args=[self.case.pk])


class ReviewerNoticesView(NoticesView):
    subject = NoticeSubject.REVIEWER_NAMED
    page_title = "Record that the National Panel, Ofsted and the Department were told the reviewer’s name"


class DiscontinuationNoticesView(NoticesView):
    subject = NoticeSubject.DISCONTINUED
    page_title = (
        "Record that the National Panel, Ofsted and the Department were told that the review is discontinued"
    )


class OpenAlternativeView(_OpensAlternative, ActForm, CaseMixin):
    """The first act on a case that has come to another kind of review from the criteria or a review given up."""

    form_class = forms.AlternativeForm
    page_title = "Say which kind of review is held"
    done_message = "The other review is open.\nWrite what it looks at, and send that to those invited."

    def allowed(self) -> bool:
        return bool(self.roles & DECIDERS)

    def get_initial(self) -> dict[str, Any]:
        return self.recommended(services.deciding(self.case))

    def act(self, form: Any) -> Any:
        return services.ensure_alternative(self.case, by=self.user, on=clock.today(), **self.answers(form))

    def get_success_url(self) -> str:
        return reverse("desk:case", args=[self.case.pk])


class OpenNationalView(ActForm, CaseMixin):
    """The first act on a case that came to a national review before any local one."""

    form_class = forms.LocallyForm
    page_title = "Record what goes on locally"
    done_message = "What goes on locally is recorded."

    def allowed(self) -> bool:
        return bool(self.roles & BUSINESS_UNIT)

    def act(self, form: Any) -> Any:
        return services.ensure_national(self.case, goes_on=form.cleaned_data["goes_on"], by=self.user)

    def get_success_url(self) -> str:
        return reverse("desk:case", args=[self.case.pk])


class AddCaseView(ActForm, RecordMixin):
    """Says that a review is about another case too."""

    model = Review
    form_class = forms.AddCaseForm
    page_title = "Say that the review is about another case too"
    done_message = "The case is taken into the review."

    def allowed(self) -> bool:
        return bool(self.roles & BUSINESS_UNIT)

    def get_form_kwargs(self) -> dict[str, Any]:
        # Only cases this person works on in the same partnership: nobody learns here of one they may not open.
        cases = Case.objects.visible_to(self.user, BUSINESS_UNIT).open()
        mine = cases.filter(partnership=self.case.partnership_id).exclude(
            pk__in=self.record.cases.values("pk")
        )
        return {**super().get_form_kwargs(), "cases": mine.order_by("reference")}

    def act(self, form: Any) -> Any:
        return services.add_case(self.record, case=form.cleaned_data["case"], by=self.user)

    def get_success_url(self) -> str:
        return reverse("panels:review", args=[self.record.pk])
