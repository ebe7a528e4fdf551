"""Where the notification hands over to the rapid review: the receiving stage owns the act.

These pages stand at the addresses that referrals gives its own (lcspr/urls.py lists this app first), so that
recording, withdrawing or taking back the notification opens or cancels the review in the same transaction.
"""

from __future__ import annotations

from typing import Any

from casework.models import TakingBack
from casework.views import ActView
from rapid_review import services
from rapid_review.models import RapidReview
from rapid_review.services.taking_back import SENDING
from referrals import views as referrals
from referrals.forms.notification import TakeBackForm


class RecordSentView(referrals.RecordSentView):
    def act(self, form: Any) -> Any:
        return services.open_rapid_review(self.record, **self.details(form))


class LocalAuthorityFirstView(referrals.LocalAuthorityFirstView):
    def act(self, form: Any) -> Any:
        notification = super().act(form)
        services.begin_rapid_review(notification.case, by=self.user)
        return notification


class DeNotifyView(referrals.DeNotifyView):
    def act(self, form: Any) -> Any:
        return services.withdraw_notification(self.record, **self.details(form))


class TakeBackSendingView(ActView):
    """Asks a colleague to confirm that the rapid review was recorded as sent in error."""

    model = RapidReview
    transition = SENDING
    form_class = TakeBackForm
    done_message = "A colleague is asked to confirm it.\nNothing has changed yet."

    def act(self, form: Any) -> Any:
        return services.ask_to_take_back_sending(
            self.record, reason=form.cleaned_data["reason"], by=self.user
        )


class ConfirmSendingTakenBackView(referrals.ConfirmTakingBackView):
    """A second person confirms it, or says that the record stands."""

    transitions = (SENDING,)
    what = "that the rapid review was sent"

    def confirm(self, asked: TakingBack) -> None:
        services.confirm_sending_taken_back(asked, by=self.user)


class ConfirmTakingBackView(referrals.ConfirmTakingBackView):
    def confirm_sending(self, asked: TakingBack) -> None:
        services.take_back_opening(
            RapidReview.objects.filter(case=self.case).first(), asked=asked, by=self.user
        )
