"""Actions: mine, those of a case, the page of one, and the acts on it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from accounts.access_table import Right, Thing
from accounts.models import User
from actions import forms, services
from actions.acting import ActForm
from actions.models import Action, ActionPlan, Evidence, Outlook, Recommendation
from actions.models.actions import OPEN, TAKES_EVIDENCE
from actions.permissions import FOLLOWS, PLANNERS, agencies_for_whom, works_on_it
from actions.views import rows
from casework.models import Document
from casework.permissions import holds_anywhere, roles_with
from casework.reading import note_read
from casework.transitions import actions_for
from casework.views import ActView, CaseMixin, CasePage, DocumentView, RecordMixin, open_acts
from lcspr import clock

PER_PAGE = 25


class MineView(TemplateView):
    """The actions a person owns, or all they may see, across cases."""

    template_name = "actions/mine.html"

    @cached_property
    def user(self) -> User:
        user = self.request.user
        if not isinstance(user, User):
            raise PermissionDenied
        return user

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = forms.FilterForm(request.GET if request.GET.keys() & {"show", "whose"} else None)
        chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
        usual = self._usual()
        show, whose = chosen.get("show") or "open", chosen.get("whose") or usual
        page = Paginator(self._actions(show, whose), PER_PAGE).get_page(request.GET.get("page"))
        note_read(request, case=None, words="Opened a list of actions")
        return self.render_to_response(
            {
                "page_title": "Your actions" if whose == "mine" else "Actions",
                "case_content": True,
                "filter_form": form
                if form.is_bound
                else forms.FilterForm(initial={"show": show, "whose": whose}),
                "chosen": _chosen(show, whose, usual),
                "clear_href": reverse("actions:mine"),
                "columns": rows.MINE_COLUMNS,
                "rows": rows.rows_across_cases(page, self.user),
                "page": page,
                "query": request.GET,
                "whose": whose,
                "filtered": (show, whose) != ("open", usual),
            }
        )

    def _usual(self) -> str:
        """Whose actions the page opens on: all of them for those who follow them, else the person's own, if any."""
        if holds_anywhere(self.user, FOLLOWS):
            return "all"
        owned = Action.objects.visible_to(self.user).filter(owner=self.user)
        return "mine" if owned.exists() else "all"

    def _actions(self, show: str, whose: str) -> Any:
        found = (
            Action.objects.visible_to(self.user)
            .select_related("case", "agency", "owner")
            .overdue_first(on=clock.today())
        )
        if whose == "mine":
            found = found.filter(owner=self.user)
        if show == "late":
            return found.late(on=clock.today())
        if show == "closed":
            return found.exclude(state__in=OPEN)
        return found.open() if show == "open" else found


def _chosen(show: str, whose: str, usual: str) -> list[dict[str, str]]:
    """The filters in force, other than the usual ones, each with the address that takes it away."""
    shows = dict(forms.FilterForm.base_fields["show"].choices)  # type: ignore[attr-defined]
    people = dict(forms.FilterForm.base_fields["whose"].choices)  # type: ignore[attr-defined]
    chips = []
    if show != "open":
        chips.append({"text": shows[show], "remove_href": f"?show=open&whose={whose}"})
    if whose != usual:
        chips.append({"text": people[whose], "remove_href": f"?show={show}&whose={usual}"})
    return chips


class CaseActionsView(CasePage):
    """The actions of a case as far as the person may see them, with the plan they belong to."""

    template_name = "actions/case.html"
    page_title = "Actions"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if not self.roles & (
            roles_with(Right.READ, Thing.ACTIONS) | roles_with(Right.WRITE, Thing.RECOMMENDATIONS)
        ):
            raise PermissionDenied
        found = Action.objects.filter(case=self.case).visible_to(self.user).select_related("agency", "owner")
        plan = ActionPlan.objects.filter(case=self.case).visible_to(self.user).order_by("-created_at").first()
        agencies = agencies_for_whom(self.user, self.case)
        open_case = not self.case.is_closed
        return {
            "back_href": reverse("desk:case", args=[self.case.pk]),
            "columns": rows.ACTION_COLUMNS,
            "rows": rows.action_rows(found),
            "plan": plan,
            "acts": open_acts(plan, self.user),
            "may_add": open_case and (agencies is None or bool(agencies)),
            "may_draft": open_case
            and bool(self.roles & PLANNERS)
            and (plan is None or plan.state == "closed"),
            "may_read_recommendations": bool(
                self.roles
                & (
                    roles_with(Right.READ, Thing.RECOMMENDATIONS)
                    | roles_with(Right.WRITE, Thing.RECOMMENDATIONS)
                )
            ),
            **super().get_context_data(**kwargs),
        }


class ActionView(RecordMixin, TemplateView):
    """One action: what, why, who, by when; how it goes; what shows that it was done."""

    model = Action
    template_name = "actions/action.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        action: Action = self.record
        colour = action.rag
        works = works_on_it(action, self.user)
        recommendation = (
            Recommendation.objects.visible_to(self.user).filter(pk=action.recommendation_id).first()
        )
        return {
            "page_title": str(action),
            "back_href": reverse("actions:case", args=[self.case.pk]),
            "colour": colour,
            "colour_tag": rows.TAG_OF[colour] if colour else "",
            "today": clock.today(),
            "recommendation": recommendation,
            "updates": action.updates.select_related("by"),
            "evidence": action.evidence.select_related("document", "by"),
            "extensions": action.extensions.select_related("by"),
            "acts": actions_for(action, self.user),
            "may_update": works and action.state in OPEN,
            "may_add_evidence": works and action.state in TAKES_EVIDENCE,
            "may_reassign": _may_reassign(self),
            **super().get_context_data(**kwargs),
        }


def _may_reassign(page: RecordMixin) -> bool:
    agencies = agencies_for_whom(page.user, page.case)
    return page.record.state in OPEN and (agencies is None or page.record.agency_id in agencies)


class EvidenceView(DocumentView):
    """Gives out a document of an action to whoever may read the action, its owner among them."""

    model = Evidence  # type: ignore[assignment]

    @cached_property
    def record(self) -> Document:
        """The document behind the evidence, found through the action rather than by its own line of the table."""
        shown = Evidence.objects.visible_to(self.user).select_related("document__case__partnership")
        return get_object_or_404(shown, pk=self.kwargs["pk"]).document


class AddActionView(ActForm, CaseMixin):
    form_class = forms.ActionForm
    page_title = "Add an action"
    done_message = "The action is added.\nIts owner has been told by e-mail."

    def allowed(self) -> bool:
        agencies = agencies_for_whom(self.user, self.case)
        return agencies is None or bool(agencies)

    def get_form_kwargs(self) -> dict[str, Any]:
        agencies = agencies_for_whom(self.user, self.case)
        return {**super().get_form_kwargs(), "case": self.case, "user": self.user, "agencies": agencies}

    def get_initial(self) -> dict[str, Any]:
        return {"starts_on": clock.today(), "recommendation": self.request.GET.get("recommendation", "")}

    def act(self, form: Any) -> None:
        answers = dict(form.cleaned_data)
        owner = User.objects.get(pk=answers.pop("owner"))
        services.add_action(self.case, owner=owner, by=self.user, on=clock.today(), **answers)

    def get_success_url(self) -> str:
        return reverse("actions:case", args=[self.case.pk])


class WorkView(ActForm, RecordMixin):
    """A page on which those who work on an action add something to it."""

    model = Action

    def allowed(self) -> bool:
        return works_on_it(self.record, self.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"caption": str(self.record), **super().get_context_data(**kwargs)}

    def get_success_url(self) -> str:
        return reverse("actions:action", args=[self.record.pk])


class UpdateView(WorkView):
    form_class = forms.UpdateForm
    page_title = "Say how the action goes"
    done_message = "The update is saved."

    def get_initial(self) -> dict[str, Any]:
        return {"outlook": self.record.outlook}

    def act(self, form: Any) -> None:
        services.add_update(
            self.record,
            text=form.cleaned_data["text"],
            outlook=Outlook(form.cleaned_data["outlook"]),
            key=form.cleaned_data["key"],
            by=self.user,
            at=clock.now(),
        )


class AddEvidenceView(WorkView):
    form_class = forms.EvidenceForm
    page_title = "Add evidence"
    done_message = "The evidence is added."

    def act(self, form: Any) -> None:
        services.add_evidence(self.record, by=self.user, at=clock.now(), **form.cleaned_data)


class ReassignView(WorkView):
    form_class = forms.ReassignForm
    page_title = "Change the owner"
    done_message = "The action has a new owner.\nThey have been told by e-mail."

    def allowed(self) -> bool:
        return _may_reassign(self)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "action": self.record}

    def act(self, form: Any) -> None:
        owner = User.objects.get(pk=form.cleaned_data["owner"])
        services.reassign_action(
            self.record, owner=owner, reason=form.cleaned_data["reason"], by=self.user, on=clock.today()
        )

    def get_success_url(self) -> str:
        # A representative who gives away their own action may go on seeing it; an owner might not.
        return reverse("actions:case", args=[self.case.pk])


class ActionAct(ActView):
    model = Action
    form_class: Any = forms.ConfirmForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"caption": str(self.record), **super().get_context_data(**kwargs)}

    def get_success_url(self) -> str:
        return reverse("actions:action", args=[self.record.pk])


class StartView(ActionAct):
    transition = "start"
    done_message = "The action is started."

    def act(self, form: Any) -> None:
        services.start_action(self.record, by=self.user)


class CompleteView(ActionAct):
    transition = "complete"
    done_message = "The action is done.\nThe sub-group chair looks at its evidence next."

    def act(self, form: Any) -> None:
        services.complete_action(self.record, by=self.user)


class AskForMoreView(ActionAct):
    transition = "ask_for_more"
    form_class = forms.ReasonForm
    done_message = "The owner has been asked for more."

    def act(self, form: Any) -> None:
        services.ask_for_more(self.record, reason=form.cleaned_data["reason"], by=self.user, at=clock.now())


class AcceptEvidenceView(ActionAct):
    transition = "accept_evidence"
    done_message = "The evidence is accepted."

    def act(self, form: Any) -> None:
        services.accept_evidence(self.record, by=self.user, on=clock.today())


class TakeBackAcceptanceView(ActionAct):
    transition = "take_back_acceptance"
    form_class = forms.ReasonForm
    done_message = "The acceptance is taken back."

    def act(self, form: Any) -> None:
        services.take_back_acceptance(self.record, reason=form.cleaned_data["reason"], by=self.user)


class AwaitImpactView(ActionAct):
    transition = "await_impact"
    form_class = forms.AwaitImpactForm
    done_message = "The date is set."

    def act(self, form: Any) -> None:
        services.await_impact(self.record, by=self.user, on=clock.today(), **form.cleaned_data)


class CloseActionView(ActionAct):
    transition = "close_with_impact"
    form_class = forms.ImpactForm
    done_message = "The action is closed."

    def act(self, form: Any) -> None:
        services.close_action(self.record, by=self.user, on=clock.today(), **form.cleaned_data)


class ReopenView(ActionAct):
    transition = "reopen"
    form_class = forms.ReopenForm
    done_message = "The action is open again."

    def act(self, form: Any) -> None:
        services.reopen_action(self.record, by=self.user, on=clock.today(), **form.cleaned_data)


class SupersedeView(ActionAct):
    transition = "supersede"
    form_class = forms.SupersedeForm
    done_message = "The action is withdrawn."

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "action": self.record, "user": self.user}

    def act(self, form: Any) -> None:
        services.supersede_action(self.record, by=self.user, on=clock.today(), **form.cleaned_data)


class ExtendView(ActionAct):
    transition = "extend"
    form_class = forms.ExtendForm
    done_message = "The action has a later date.\nIts owner has been told by e-mail."

    def act(self, form: Any) -> None:
        services.extend_action(self.record, by=self.user, on=clock.today(), **form.cleaned_data)
