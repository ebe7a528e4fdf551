"""Who works on the review, and its terms of reference."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from accounts.access_table import Right, Thing
from actions.acting import ActForm
from casework.transitions import actions_for
from casework.views import ActView, RecordMixin
from decisions.models import Declaration
from decisions.models.declaration import QUESTIONS
from lcspr import clock
from panels import forms, services
from panels.models import Appointment, AppointmentState, TermsOfReference, TermsState
from panels.models.terms import TEXTS
from panels.permissions import COMMISSIONERS, READS_PROPOSALS
from panels.views.review import ReviewForm


class ProposeView(ReviewForm):
    form_class = forms.ProposalForm
    acting_roles = COMMISSIONERS
    page_title = "Propose somebody for the review"
    done_message = "They are proposed.\nRecord their declaration of interest next: nothing opens to them before it is clear."

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "case": self.case}

    def get_initial(self) -> dict[str, Any]:
        return {"role": self.request.GET.get("role")}

    def act(self, form: Any) -> Any:
        return services.propose_appointment(self.record, by=self.user, on=clock.today(), **form.cleaned_data)


class ClosePanelView(ReviewForm):
    """Ends the part of the review panel once the report is signed off."""

    form_class = forms.WarnedReasonForm
    acting_roles = COMMISSIONERS
    page_title = "Close the review panel"
    done_message = "The review panel is closed.\nIts chair and members can no longer open the case."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        people = [
            f"{each.user}, {each.get_role_display().lower()}" for each in services.panel_of(self.record)
        ]
        return {
            "explanation": [f"Their part ends today, and their access with it: {'; '.join(people)}."]
            if people
            else [],
            "blocked": services.why_not_close_panel(self.record),
            **super().get_context_data(**kwargs),
        }

    def act(self, form: Any) -> Any:
        return services.close_review_panel(
            self.record, reason=form.cleaned_data["reason"], by=self.user, on=clock.today()
        )


class AppointmentView(RecordMixin, TemplateView):
    """One person's part in the review, and the declaration on which it rests."""

    model = Appointment
    template_name = "panels/appointment.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        appointment: Appointment = self.record
        declarations = Declaration.objects.visible_to(self.user).live()
        acts = actions_for(appointment, self.user)
        return {
            "page_title": str(appointment),
            "back_href": reverse("panels:review", args=[appointment.review_id]),
            "declaration": declarations.filter(
                case=self.case, person=appointment.user_id, role=appointment.role
            ).first(),
            "acts": [(act, reverse(f"panels:{act.name}", args=[appointment.pk])) for act in acts],
            # Why somebody was chosen, or had to go, is not for those they work beside.
            "reads_file": bool(self.roles & READS_PROPOSALS) or appointment.user_id == self.user.pk,
            "may_declare": appointment.state == AppointmentState.PROPOSED
            and (bool(self.roles & COMMISSIONERS) or appointment.user_id == self.user.pk),
            **super().get_context_data(**kwargs),
        }


class _BackToAppointment:
    record: Any

    def get_success_url(self) -> str:
        return reverse("panels:appointment", args=[self.record.pk])


class DeclareView(_BackToAppointment, ActForm, RecordMixin):
    """The declaration of interest of somebody proposed: by their own hand where they may open the case, else from
    what they signed."""

    model = Appointment
    form_class = forms.DeclareForForm
    done_message = "The declaration is recorded.\nThe sub-group chair or a partner decides on it."

    def allowed(self) -> bool:
        return bool(self.roles & COMMISSIONERS) or self.record.user_id == self.user.pk

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        title = f"Declaration of interest of {self.record.user}"
        return {"page_title": title, **super().get_context_data(**kwargs)}

    def act(self, form: Any) -> Any:
        given = form.cleaned_data
        return services.declare_for_appointment(
            self.record,
            answers={name: given[name] for name in QUESTIONS},
            details=given["details"],
            by=self.user,
            on=clock.today(),
        )


class AppointmentAct(_BackToAppointment, ActView):
    model = Appointment
    form_class: Any = forms.ConfirmForm


class AppointView(AppointmentAct):
    transition = "appoint"
    done_message = "They are appointed, and have been told."
    next_message = "The case is open to them in their part."

    def act(self, form: Any) -> Any:
        return services.appoint(self.record, by=self.user, on=clock.today())


class DropProposalView(AppointmentAct):
    transition = "drop_proposal"
    form_class = forms.ReasonForm
    done_message = "They are not appointed."

    def act(self, form: Any) -> Any:
        return services.drop_proposal(self.record, by=self.user, **form.cleaned_data)


class EndAppointmentView(AppointmentAct):
    transition = "end_appointment"
    form_class = forms.EndForm
    done_message = "The appointment has ended, and their access with it."

    def get_initial(self) -> dict[str, Any]:
        return {"on": clock.today()}

    def act(self, form: Any) -> Any:
        return services.end_appointment(self.record, by=self.user, **form.cleaned_data)


class TermsView(RecordMixin, TemplateView):
    """One version of the terms of reference."""

    model = TermsOfReference
    template_name = "panels/terms.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        terms: TermsOfReference = self.record
        acts = [act for act in actions_for(terms, self.user) if act.name != "replace_terms"]
        return {
            "page_title": str(terms),
            "back_href": reverse("panels:review", args=[terms.review_id]),
            "acts": [(act, reverse(f"panels:{act.name}", args=[terms.pk])) for act in acts],
            "agencies": list(terms.agencies.order_by("name")),
            **super().get_context_data(**kwargs),
        }


class WriteTermsView(ReviewForm):
    """Writing the version being written, or beginning the next."""

    form_class = forms.TermsForm
    page_title = "Write the terms of reference"
    done_message = "The terms of reference are saved.\nThe sub-group chair or a partner agrees them."

    def allowed(self) -> bool:
        return self.may(Right.WRITE, Thing.TOR)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "explanation": [
                "You can save them half written and come back. Before they can be agreed they need the time they look "
                "at and why, at least one question, the method, the agencies, and how contact with the family is kept."
            ],
            **super().get_context_data(**kwargs),
        }

    @cached_property
    def latest(self) -> TermsOfReference | None:
        """The version being written, else the last one agreed, from which the next begins."""
        versions = TermsOfReference.objects.filter(review=self.record)
        return versions.order_by("-version").first()

    @property
    def is_begun(self) -> bool:
        return self.latest is not None and self.latest.state == TermsState.DRAFTED

    def get_form_kwargs(self) -> dict[str, Any]:
        first = self.latest is None or (self.is_begun and self.latest.version == 1)
        return {**super().get_form_kwargs(), "case": self.case, "first": first}

    def get_initial(self) -> dict[str, Any]:
        if self.latest is None:
            return {"revision": 0}
        texts = {name: getattr(self.latest, name) for name in TEXTS}
        return {
            **texts,
            "questions": "\n".join(self.latest.questions),
            "agencies": [agency.pk for agency in self.latest.agencies.all()],
            "why_changed": self.latest.why_changed if self.is_begun else "",
            "revision": self.latest.revision if self.is_begun else 0,
        }

    def act(self, form: Any) -> Any:
        return services.write_terms(self.record, by=self.user, **form.cleaned_data)


class AgreeTermsView(ActView):
    model = TermsOfReference
    transition = "agree_terms"
    form_class = forms.ConfirmForm
    done_message = "The terms of reference are agreed."

    def act(self, form: Any) -> Any:
        return services.agree_terms(self.record, by=self.user, on=clock.today())

    def get_success_url(self) -> str:
        return reverse("panels:review", args=[self.record.review_id])


class ReplaceTermsView(AgreeTermsView):
    """A version is replaced when the next one is agreed, and not by itself: this leads to the review."""

    transition = "replace_terms"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(self.get_success_url())

    def act(self, form: Any) -> Any:
        raise PermissionDenied
