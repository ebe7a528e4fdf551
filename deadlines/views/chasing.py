"""Who was and will be told of one deadline, and in which words: for the business unit, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.generic import TemplateView

from casework.permissions import business_unit_partnerships
from casework.views import RecordMixin
from correspondence.emails import write
from correspondence.models import Message
from deadlines.calendars import Calendars
from deadlines.models import Deadline, Reminder
from deadlines.people import Audience
from deadlines.rules import words
from deadlines.rules.chasing import Step
from deadlines.services.chasing import DUE, MISSED, letter_key, steps_of
from govuk.templatetags.govuk_dates import govuk_datetime
from lcspr import clock

PAGE: Final = 50
TAKEN: Final = [{"text": text} for text in ("Told", "When it fell", "Step", "E-mail")]
TO_COME: Final = [{"text": text} for text in ("When", "Step", "Who would be told today")]


class ChasingView(RecordMixin, TemplateView):
    """The reminders and escalations of one deadline: taken, and to come."""

    model = Deadline
    template_name = "deadlines/chasing.html"
    page_title = "Who is told, and when"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.case = self.case  # type: ignore[attr-defined]
        if self.case.partnership_id not in business_unit_partnerships(self.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        deadline: Deadline = self.record
        chased = deadline.is_open and not deadline.lasts and deadline.held_since is None
        subject, body = self.preview(deadline)
        rows = Reminder.objects.filter(deadline=deadline).select_related("person")
        page = Paginator(rows.order_by("-id"), PAGE).get_page(self.request.GET.get("page"))
        return {
            "caption": f"{self.case}: {deadline.name}",
            "deadline": deadline,
            "taken_columns": TAKEN,
            "taken": self.taken(list(page)),
            "page": page,
            "to_come_columns": TO_COME,
            "to_come": self.to_come(deadline) if chased else [],
            "why_none": self.why_none(deadline),
            "subject": subject,
            "body": body,
            "back_href": reverse("deadlines:detail", args=[deadline.pk]),
            "back_text": deadline.name,
            **super().get_context_data(**kwargs),
        }

    def taken(self, reminders: Sequence[Reminder]) -> list[list[Any]]:
        deadline: Deadline = self.record
        keys = {letter_key(deadline, reminder.step) for reminder in reminders}
        rows = Message.objects.filter(case=self.case, dedupe_key__in=keys)
        messages = {(message.dedupe_key, message.to_id): message for message in rows}
        steps = {step.key: step for step in deadline.rule.as_rule.steps}
        return [
            [
                reminder.person.name,
                govuk_datetime(reminder.fell_at),
                _step_words(steps, reminder.step),
                self.became_of(
                    reminder, messages.get((letter_key(deadline, reminder.step), reminder.person_id))
                ),
            ]
            for reminder in reminders
        ]

    def became_of(self, reminder: Reminder, message: Message | None) -> Any:
        if reminder.overtaken:
            return "Said with a later step"
        if message is None:
            return "Not sent: they could not open the case"
        href = reverse("correspondence:message", args=[self.case.pk, message.key])
        return {"text": "Came back" if message.bounced_at else message.get_state_display(), "href": href}

    def to_come(self, deadline: Deadline) -> list[list[str]]:
        audience, calendars = Audience([self.case]), Calendars()
        steps = steps_of(deadline, clock.now(), calendars)
        ahead = [(falls.following, step) for step, falls in steps if falls.following is not None]
        return [
            [
                govuk_datetime(at),
                _sentence(step),
                words.and_list([person.name for person in audience.told(deadline, step.tell)]),
            ]
            for at, step in sorted(ahead, key=lambda pair: pair[0])
        ]

    def why_none(self, deadline: Deadline) -> str:
        if not deadline.is_open:
            return "This deadline no longer runs, so nobody is told of it."
        if deadline.held_since is not None:
            return "It is held with reasons sent, so nobody is told of it until it is released."
        return "It has no reminders."

    def preview(self, deadline: Deadline) -> tuple[str, str]:
        missed = clock.now() > deadline.due_at
        return write(
            MISSED if missed else DUE,
            case=self.case,
            to=self.user,
            task=deadline.name[:120],
            due=deadline,
        )


def _step_words(steps: dict[str, Step], key: str) -> str:
    """A step as it was taken: its rule's words, and which repetition and which date it was for."""
    plain, _, moved = key.partition("/")
    name, _, again = plain.partition("#")
    said = _sentence(steps[name]) if name in steps else name
    said = f"{said} (again, {again})" if again else said
    return f"{said}, for a date since moved" if moved else said


def _sentence(step: Step) -> str:
    return f"{step.words[:1].upper()}{step.words[1:]}"
