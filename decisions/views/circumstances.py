"""Other proceedings about the child, and what is held back for their sake."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from accounts.access_table import Thing
from accounts.roles import BUSINESS_UNIT
from casework.files import store_document
from casework.transitions import exits
from casework.views import ActView, CasePage
from decisions import forms, services
from decisions.models import Hold, ParallelProceeding
from decisions.models.hold import READERS
from decisions.services.holds import MAY_HOLD
from decisions.views.acting import Acting
from lcspr import clock


class CircumstancesPage(CasePage):
    """Every proceeding and hold of a case, with what can be done to each."""

    template_name = "decisions/circumstances.html"
    page_title = "Proceedings and holds"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.roles & READERS:
            request.case = self.case  # type: ignore[attr-defined]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        proceedings = ParallelProceeding.objects.visible_to(self.user).filter(case=self.case)
        held = (
            Hold.objects.visible_to(self.user)
            .filter(case=self.case)
            .select_related("proceeding", "release_evidence")
        )
        return {
            "proceedings": [self._with_acts(each) for each in proceedings.select_related("case")],
            "holds": [self._with_acts(each) for each in held.select_related("case")],
            "may_add_hold": bool(self.roles & MAY_HOLD),
            "may_add_proceeding": bool(self.roles & BUSINESS_UNIT),
            "today": clock.today(),
            "back_href": reverse("desk:case", args=[self.case.pk]),
            **super().get_context_data(**kwargs),
        }

    def _with_acts(self, record: Any) -> dict[str, Any]:
        # By the roles asked for once: asking each transition would query for each row.
        acts = {t.name: t.custom["label"] for t in exits(record).values() if t.permission.roles & self.roles}
        links = [
            {"label": label, "href": reverse(f"decisions:{name}", args=[record.pk])}
            for name, label in acts.items()
        ]
        return {"record": record, "links": links}


class _BackToCircumstances:
    case: Any

    def get_success_url(self) -> str:
        return reverse("decisions:circumstances", args=[self.case.pk])


class AddProceedingPage(_BackToCircumstances, Acting):
    form_class = forms.ProceedingForm
    acting_roles = BUSINESS_UNIT
    page_title = "Record other proceedings"
    done_message = "The proceedings are recorded."

    def give(self, form: Any) -> Any:
        return services.add_proceeding(self.case, by=self.user, **form.cleaned_data)


class _ProceedingPage(_BackToCircumstances, ActView):
    model = ParallelProceeding
    form_class = forms.NewsForm
    done_message = "It is recorded."

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.record, name) for name in ("next_date", "next_event", "constraint")}


class UpdateProceedingPage(_ProceedingPage):
    transition = "update_proceeding"

    def act(self, form: Any) -> Any:
        return services.update_proceeding(self.record, by=self.user, **form.cleaned_data)


class ListProceedingPage(_ProceedingPage):
    transition = "list_proceeding"

    def act(self, form: Any) -> Any:
        return services.list_proceeding(self.record, by=self.user, **form.cleaned_data)


class StartHearingPage(_ProceedingPage):
    transition = "start_hearing"

    def act(self, form: Any) -> Any:
        return services.start_hearing(self.record, by=self.user, **form.cleaned_data)


class _EndPage(_BackToCircumstances, ActView):
    model = ParallelProceeding
    form_class = forms.EndForm
    done_message = "It is recorded."
    next_message = "Look at the holds that rest on these proceedings."


class ConcludeProceedingPage(_EndPage):
    transition = "conclude_proceeding"

    def act(self, form: Any) -> Any:
        return services.conclude_proceeding(self.record, by=self.user, **form.cleaned_data)


class DropProceedingPage(_EndPage):
    transition = "drop_proceeding"

    def act(self, form: Any) -> Any:
        return services.drop_proceeding(self.record, by=self.user, **form.cleaned_data)


class AddHoldPage(_BackToCircumstances, Acting):
    form_class = forms.HoldForm
    acting_roles = MAY_HOLD
    page_title = "Add a hold"
    done_message = "The hold is added.\nNo statutory clock waits for it."

    def get_form_kwargs(self) -> dict[str, Any]:
        open_ones = ParallelProceeding.objects.visible_to(self.user).filter(case=self.case).under_way()
        return {**super().get_form_kwargs(), "proceedings": open_ones}

    def give(self, form: Any) -> Any:
        return services.add_hold(self.case, by=self.user, **form.cleaned_data)


class ReviewHoldPage(_BackToCircumstances, ActView):
    model = Hold
    transition = "review_hold"
    form_class = forms.ReviewHoldForm
    done_message = "The hold is kept."

    def get_initial(self) -> dict[str, Any]:
        return {"reason": self.record.kept_because}

    def act(self, form: Any) -> Any:
        return services.review_hold(self.record, by=self.user, on=clock.today(), **form.cleaned_data)


class ReleaseHoldPage(_BackToCircumstances, ActView):
    model = Hold
    transition = "release_hold"
    form_class = forms.ReleaseHoldForm
    done_message = "The hold is released."

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "unfinished": self.record.rests_on}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        said = "The proceedings it rests on are still recorded as under way: {}. If they have ended, record that first."
        explanation = [said.format(self.record.rests_on)] if self.record.rests_on else []
        return {"explanation": explanation, **super().get_context_data(**kwargs)}

    @transaction.atomic
    def act(self, form: Any) -> Any:
        given = form.cleaned_data
        evidence = store_document(
            self.case, given["evidence"], by=self.user, title="What released a hold", thing=Thing.LEGAL_ADVICE
        )
        return services.release_hold(
            self.record,
            by=self.user,
            reason=given["reason"],
            on=given["on"],
            evidence=evidence,
            although_unfinished=given.get("although_unfinished", False),
        )
