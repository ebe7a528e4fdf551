"""The filters of the board, the calendar and the week sheet: each a choice from a list, kept in the address.

A list holds only what the person may see, and a value that is not on it is left out.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.db.models import Q, Value
from django.utils.functional import cached_property

from accounts.access_table import AGENCY_ROLES
from accounts.db import memberships_of
from accounts.models import Agency, Partnership, User
from accounts.roles import BUSINESS_UNIT, STANDING
from casework.compiled import compiled_once
from casework.models import Access, Case
from casework.permissions import by_name
from deadlines.models import DeadlineQuerySet
from deadlines.models.reference import Force
from deadlines.rules.london import end_of_day, start_of_day
from deadlines.rules.weeks import Weeks
from govuk import widgets
from govuk.forms import GovForm

# More in one list can be neither read nor chosen from; a case beyond it is reached from its own page.
LONGEST_LIST: Final = 100
ME: Final = "me"

STATES: Final = [
    ("", "Overdue, this week and next"),
    ("overdue", "Overdue"),
    ("today", "Due today"),
    ("week", "Due later this week"),
    ("next", "Due next week"),
    ("later", "Due after next week"),
    ("open", "Everything owed"),
    ("held", "Held, reasons sent"),
    ("ended", "Met or stopped"),
]
# What the board counts at its top; none of these holds a row of another.
COUNTED: Final = ("overdue", "today", "week", "next", "held")

# Counting goes so far and no further: beyond it the exact number helps nobody.
COUNTED_TO: Final = 99

Choices = list[tuple[str, str]]


class Filters:
    """What one person has chosen, from the lists that are theirs."""

    def __init__(self, user: User, asked: Mapping[str, str]) -> None:
        self.user = user
        self._asked = asked

    @cached_property
    def chosen(self) -> dict[str, str]:
        """The filters in force, by name."""
        found = {}
        for name, choices in self.lists.items():
            value = self._asked.get(name, "")
            if value and value in dict(choices):
                found[name] = value
        return found

    @cached_property
    def lists(self) -> dict[str, Choices]:
        """What may be chosen of each kind: value and words."""
        return {
            "state": [choice for choice in STATES if choice[0]],
            "partnership": self._partnerships,
            "case": self._cases,
            "agency": self._agencies,
            "person": self._people,
            "force": [(str(value), str(label)) for value, label in Force.choices],
        }

    def words(self, name: str) -> str:
        """What a filter in force is called."""
        return dict(self.lists[name])[self.chosen[name]]

    def narrow(self, rows: DeadlineQuerySet) -> DeadlineQuerySet:
        """The rows that fit every filter in force but the state."""
        chosen = self.chosen
        if "force" in chosen:
            rows = rows.filter(force=chosen["force"])
        keys = {"partnership": "partnership", "case": "case", "agency": "owed_agency"}
        for name, field in keys.items():
            if name in chosen:
                rows = rows.filter(**{field: uuid.UUID(chosen[name])})
        if "person" in chosen:
            rows = rows.owed_by(self._person(chosen["person"]))
        return rows

    @cached_property
    def _partnerships(self) -> Choices:
        """The partnerships whose cases the person can meet here."""
        found = {membership.partnership for membership in memberships_of(self.user)}
        if any(by_name(self.user)):
            found |= set(_invited_to(self.user))
        return sorted(((str(each.pk), each.name) for each in found), key=lambda pair: pair[1])

    @cached_property
    def _cases(self) -> Choices:
        """The open cases the person may see, newest first; and the one asked for, wherever it stands.

        Of the partnerships that are listed too: those few of another area that a whole partnership was let in to
        could be found only among all of them, and have pages that lead here.
        """
        found = _listed(self.user, partnerships=[uuid.UUID(key) for key, _ in self._partnerships])
        if (asked := _key(self._asked.get("case", ""))) and all(case.pk != asked for case in found):
            found += Case.objects.visible_to(self.user).filter(pk=asked)
        return [(str(case.pk), f"{case} {case.reference}") for case in found]

    @cached_property
    def _sees_whole(self) -> list[Any]:
        """The partnerships in which the person holds a standing role that reads a case as a whole."""
        return [m.partnership_id for m in memberships_of(self.user) if m.role in STANDING | BUSINESS_UNIT]

    @cached_property
    def _agencies(self) -> Choices:
        """The agencies of those partnerships; for people of an agency, their own."""
        found = {m.agency for m in memberships_of(self.user) if m.role in AGENCY_ROLES and m.agency}
        if self._sees_whole:
            found |= set(_agencies_of(self.user, partnerships=self._sees_whole))
        return sorted(((str(each.pk), each.name) for each in found), key=lambda pair: pair[1])

    @cached_property
    def _people(self) -> Choices:
        """Oneself; and the colleagues with a role in those partnerships, whom their cases' pages name."""
        colleagues = _colleagues(self.user, partnerships=self._sees_whole) if self._sees_whole else []
        return [(ME, "Me"), *((str(key), name) for key, name in colleagues)]

    def _person(self, value: str) -> User:
        return self.user if value == ME else User.objects.get(pk=value)


@compiled_once
def _invited_to(user: User, case: None) -> Any:
    invited = Access.objects.current().filter(user=user).values("case__partnership")
    return Partnership.objects.filter(pk__in=invited).only("name")


@compiled_once
def _listed(user: User, case: None, *, partnerships: list[uuid.UUID]) -> Any:
    rows = Case.objects.visible_to(user).open().filter(partnership__any=partnerships)
    return rows.only("pseudonym", "reference", "stage").order_by("-opened_at", "-id")[:LONGEST_LIST]


@compiled_once
def _agencies_of(user: User, case: None, *, partnerships: list[uuid.UUID]) -> Any:
    return Agency.objects.filter(partnerships__any=partnerships).only("name").distinct()[:LONGEST_LIST]


@compiled_once
def _colleagues(user: User, case: None, *, partnerships: list[uuid.UUID]) -> Any:
    held = Q(memberships__partnership__any=partnerships, memberships__until=None)
    people = User.objects.filter(held, is_active=True).exclude(pk=user.pk)
    return people.distinct().order_by("name", "pk").values_list("pk", "name")[:LONGEST_LIST]


def in_state(rows: DeadlineQuerySet, state: str, *, now: dt.datetime, today: dt.date) -> DeadlineQuerySet:
    """The rows of one state; those of COUNTED and “later” have none in common."""
    weeks = Weeks.around(today)
    running = rows.owed().filter(held_since__isnull=True)
    spans = {
        "today": (today, today),
        "week": (today + dt.timedelta(days=1), weeks.sunday),
        "next": (weeks.next_monday, weeks.next_sunday),
    }
    if state in spans:
        first, last = spans[state]
        # What was due at an hour of today that has passed is overdue.
        since = now if state == "today" else start_of_day(first)
        return running.filter(due_at__gte=since, due_at__lte=end_of_day(last))
    return {
        "": lambda: rows.owed().filter(due_at__lte=end_of_day(weeks.next_sunday)),
        "overdue": lambda: rows.overdue(now),
        "later": lambda: running.filter(due_at__gt=end_of_day(weeks.next_sunday)),
        "open": rows.owed,
        "held": rows.held,
        "ended": rows.ended,
    }[state]()


def numbered(rows: DeadlineQuerySet, *, now: dt.datetime, today: dt.date) -> Any:
    """The state of each row of COUNTED, up to one more than are counted, in one query."""

    def of(state: str) -> Any:
        # In the order of the index: without one the database reads the whole table for the first hundred.
        found = in_state(rows, state, now=now, today=today).order_by("due_at", "id")
        return found.values_list(Value(state))[: COUNTED_TO + 1]

    first, *others = (of(state) for state in COUNTED)
    return first.union(*others, all=True)


class BoardFilter(GovForm):
    """The filters as a form; what offers no choice is not asked."""

    form_method = "get"
    mark_optional = False
    submit_label = "Filter"

    state = forms.ChoiceField(label="When", required=False, widget=widgets.Select)
    case = forms.ChoiceField(label="Case", required=False, widget=widgets.Select)
    agency = forms.ChoiceField(label="Agency that owes it", required=False, widget=widgets.Select)
    person = forms.ChoiceField(label="Person who owes it", required=False, widget=widgets.Select)
    force = forms.ChoiceField(label="What stands behind it", required=False, widget=widgets.Select)
    partnership = forms.ChoiceField(label="Partnership", required=False, widget=widgets.Select)

    def __init__(self, filters: Filters, *, with_state: bool, kept: Mapping[str, str]) -> None:
        super().__init__(initial={**filters.chosen, **kept})
        if not with_state:
            del self.fields["state"]
        for name, choices in filters.lists.items():
            field = self.fields.get(name)
            if isinstance(field, forms.ChoiceField):
                field.choices = STATES if name == "state" else [("", "Any"), *choices]
                if len(choices) < (2 if name == "partnership" else 1):
                    del self.fields[name]
        # The month or the week that is looked at stays.
        for name in kept:
            self.fields[name] = forms.CharField(required=False, widget=forms.HiddenInput)


def _key(value: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(value)
    except ValueError:
        return None
