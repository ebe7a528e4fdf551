"""Publishing, deciding not to, taking down; and the questions put to the partners about them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from accounts.roles import BUSINESS_UNIT, Role
from casework.models import TakingBack
from deadlines.rules.london import london_date
from decisions import views as deciding
from govuk.dates import date_text
from lcspr import clock
from publication import forms, services
from publication.models import Ground
from publication.rules.publishing import public_until_at_least
from publication.services import clocks
from publication.services.publishing import MAY_ASK
from publication.services.taking_back import TAKE_BACK
from publication.views.preparing import PublicationAct, PublicationForm
from referrals.forms.notification import TakeBackForm
from referrals.views.taking_back import ConfirmTakingBackView


class _PublishPage(PublicationAct):
    form_class = forms.PublishForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "late": clocks.is_late(self.record)}


class PublishView(_PublishPage):
    transition = "publish"
    done_message = (
        "The report is public.\nIt stays public for at least a year. Progress is reported every three months."
    )

    def act(self, form: Any) -> Any:
        return services.publish_report(
            self.record, by=self.user, lateness_reason=form.cleaned_data.get("lateness_reason", "")
        )


class PublishImprovementsView(_PublishPage):
    transition = "publish_improvements"
    done_message = "The improvements are public.\nThe report stays confidential."

    def act(self, form: Any) -> Any:
        return services.publish_improvements(
            self.record, by=self.user, lateness_reason=form.cleaned_data.get("lateness_reason", "")
        )


class DecideNotToPublishView(PublicationAct):
    transition = "decide_not_to_publish"
    form_class = forms.ReasonForm
    done_message = "It is recorded that nothing is published."

    def act(self, form: Any) -> Any:
        return services.decide_not_to_publish(self.record, reason=form.cleaned_data["reason"], by=self.user)


class WithdrawView(PublicationAct):
    transition = "withdraw"
    form_class = forms.WithdrawForm
    done_message = "It is taken down.\nThe internal copy stays in the case."

    @property
    def blocked(self) -> list[str]:
        # An order of a court, attached here, lifts whatever else stands in the way.
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"explanation": self._explanation(), **super().get_context_data(**kwargs)}

    def _explanation(self) -> list[str]:
        if not self.record.is_public:
            return ["It is not public, so there is nothing to take down."]
        until = date_text(public_until_at_least(london_date(self.record.published_at)))
        return [
            f"It must stay public until {until}, unless a court orders it to be taken down.",
            *(f"Without a court’s order: {reason}" for reason in super().blocked),
        ]

    def act(self, form: Any) -> Any:
        given = form.cleaned_data
        return services.withdraw_publication(
            self.record, reason=given["reason"], court_order=given["court_order"] or None, by=self.user
        )


class TakeBackPublicationView(PublicationAct):
    """Asks a colleague to confirm that it was published in error."""

    transition = TAKE_BACK
    form_class = TakeBackForm
    done_message = "A colleague is asked to confirm it.\nNothing has changed yet: it is still public."

    def act(self, form: Any) -> Any:
        return services.ask_to_take_back_publication(
            self.record, reason=form.cleaned_data["reason"], by=self.user
        )


class ConfirmPublicationTakenBackView(ConfirmTakingBackView):
    """A second person confirms it, or says that the publication stands."""

    transitions = (TAKE_BACK,)
    what = "that it was published"

    def confirm(self, asked: TakingBack) -> None:
        services.confirm_publication_taken_back(asked, by=self.user)


class AskEarlyView(PublicationForm):
    form_class = forms.EarlyForm
    page_title = "Ask to publish before seven working days have passed"
    done_message = "The three partners are asked.\nThe yearly return lists it if they agree."

    def act(self, form: Any) -> None:
        given = form.cleaned_data
        services.ask_to_publish_early(
            self.record, reason=given["reason"], advice=given["advice"], by=self.user, on=clock.today()
        )


class AskNotToPublishView(PublicationForm):
    form_class = forms.ConfirmForm
    page_title = "Ask whether nothing should be published"
    done_message = "The three partners are asked."
    roles_for = MAY_ASK

    def act(self, form: Any) -> None:
        services.ask_not_to_publish(self.record, by=self.user, on=clock.today())


class AskWithdrawalView(PublicationForm):
    form_class = forms.AskWithdrawalForm
    page_title = "Ask whether it should be taken down"
    done_message = "The three partners are asked."
    roles_for = MAY_ASK

    def act(self, form: Any) -> None:
        ground = Ground(form.cleaned_data["ground"])
        services.ask_to_withdraw(self.record, ground=ground, by=self.user, on=clock.today())


class _OnPublication:
    """A page of a question about publication; an answer that decides it is acted on at once."""

    user: Any
    decision: Any

    def give(self, form: Any) -> Any:
        """Do the act, and what follows when it decides the question."""
        return services.conclude_question(super().give(form), by=self.user)  # type: ignore[misc]

    def get_success_url(self) -> str:
        return reverse("decisions:record", args=[self.decision.pk])


class GiveViewView(_OnPublication, deciding.GiveViewPage):
    pass


class RecordOnBehalfView(_OnPublication, deciding.RecordOnBehalfPage):
    pass


class ChairViewView(_OnPublication, deciding.ChairViewPage):
    pass


class EscalateView(_OnPublication, deciding.EscalatePage):
    pass


class LeadPartnersView(_OnPublication, deciding.LeadPartnersPage):
    acting_roles = BUSINESS_UNIT | {Role.SGC, Role.IC}
