"""Declaring an interest and deciding on it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse

from accounts.roles import PARTNERS, Role
from casework.models import Case
from casework.permissions import holders
from casework.views import ActView, CasePage
from decisions import services
from decisions.forms import DecideDeclarationForm, DeclarationForm
from decisions.models import Declaration, DeclarationState
from decisions.models.declaration import DECLARES, QUESTIONS, READERS
from decisions.views.acting import Acting
from lcspr import clock


class DeclarationsPage(CasePage):
    """The declarations of a case: all of them for whoever decides on them or keeps the record, else one's own."""

    template_name = "decisions/declarations.html"
    page_title = "Declarations of interest"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not (self.reads_all or self.roles & DECLARES or self._declared().exists()):
            request.case = self.case  # type: ignore[attr-defined]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def reads_all(self) -> bool:
        return bool(self.roles & READERS)

    def _declared(self) -> Any:
        return Declaration.objects.visible_to(self.user).filter(case=self.case)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = list(self._declared().select_related("case", "person", "recorded_by", "decided_by"))
        live = [row for row in rows if row.state != DeclarationState.REPLACED]
        return {
            "declarations": [self._shown(row, rows) for row in live],
            "missing": self._missing(live) if not self.case.is_closed else [],
            "reads_all": self.reads_all,
            "back_href": reverse("desk:case", args=[self.case.pk]),
            **super().get_context_data(**kwargs),
        }

    def _shown(self, declaration: Declaration, rows: list[Declaration]) -> dict[str, Any]:
        """One declaration in force, the ones it renewed, and what this person may do with it."""
        may_decide = bool(self.roles & (PARTNERS | {Role.SGC})) and declaration.person_id != self.user.pk
        undecided = declaration.state == DeclarationState.DECLARED
        renews = Role(declaration.role) in self.roles and declaration.person_id == self.user.pk
        return {
            "record": declaration,
            "kind": "waiting"
            if undecided
            else {"clear": "done", "blocked": "late"}.get(declaration.outcome, "soon"),
            "earlier": [
                row
                for row in rows
                if row.state == DeclarationState.REPLACED
                and (row.person_id, row.role) == (declaration.person_id, declaration.role)
            ],
            "decide_href": reverse("decisions:decide_declaration", args=[declaration.pk])
            if undecided and may_decide
            else "",
            "renew_href": reverse("decisions:declare", args=[self.case.pk, declaration.role])
            if renews
            else "",
        }

    def _missing(self, live: list[Declaration]) -> list[dict[str, Any]]:
        """Who has a part in the case for which they have not declared; for others than readers only themself."""
        declared = {(row.person_id, row.role) for row in live}
        return [
            {
                "person": person,
                "role": role.label,
                "href": reverse("decisions:declare", args=[self.case.pk, role])
                if person == self.user
                else "",
            }
            for role in Role
            if role in DECLARES and (self.reads_all or role in self.roles)
            for person in self._people(self.case, role)
            if (person.pk, role) not in declared
        ]

    def _people(self, case: Case, role: Role) -> list[Any]:
        return holders(case, {role}) if self.reads_all else [self.user]


class DeclarePage(Acting):
    """A person declares their interests as one of their roles in the case."""

    form_class = DeclarationForm
    page_title = "Declare your interests"
    done_message = "Your declaration is recorded."

    @property
    def role(self) -> Role:
        if self.kwargs["role"] not in Role.values:
            raise Http404
        return Role(self.kwargs["role"])

    def is_permitted(self) -> bool:
        return self.role in self.roles

    def give(self, form: Any) -> Any:
        return services.declare(
            self.case,
            by=self.user,
            role=self.role,
            answers={name: form.cleaned_data[name] for name in QUESTIONS},
            details=form.cleaned_data["details"],
            on=clock.today(),
        )

    def get_success_url(self) -> str:
        # Whoever is blocked for knowing the family may no longer open the case.
        return reverse("desk:home")


class DecideDeclarationPage(ActView):
    model = Declaration
    transition = "decide_declaration"
    form_class = DecideDeclarationForm
    template_name = "decisions/declaration.html"
    done_message = "The decision is recorded."

    def act(self, form: Any) -> Any:
        return services.decide_declaration(self.record, by=self.user, **form.cleaned_data)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"declaration": self.record, **super().get_context_data(**kwargs)}
