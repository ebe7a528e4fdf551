"""Declaring an interest and deciding on it."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse

from accounts.roles import Role
from casework.views import ActView
from decisions import services
from decisions.forms import DecideDeclarationForm, DeclarationForm
from decisions.models import Declaration
from decisions.models.declaration import QUESTIONS
from decisions.views.acting import Acting
from lcspr import clock


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
