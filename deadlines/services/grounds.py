"""What the dates stand on – rules, holidays, a partnership's own figures – as it is, or as it would be."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Partnership
from deadlines import catalogue
from deadlines.calendars import Calendars
from deadlines.catalogue import Trigger
from deadlines.dates import settings_of, work_out
from deadlines.models import Deadline, RuleVersion
from deadlines.rules import words
from deadlines.rules.calendar import Calendar
from deadlines.rules.counting import Derived, Latest
from deadlines.rules.london import end_of_day, london_date, start_of_day

# The clock whose end is the sending of the notification, an instant that the rapid review may count from.
_NOTIFICATION = "DL-01"


@dataclass(frozen=True)
class Outcome:
    """What becomes of one running clock: its rule, its beginning and its dates; or why it is not owed any more."""

    deadline: Deadline
    kept: RuleVersion
    trigger_at: dt.datetime
    because: str
    derived: Derived | None
    ends: str = ""

    @property
    def due_on(self) -> dt.date | None:
        """When it would be due, a longer extension kept; None when it would not be owed."""
        if self.derived is None:
            return None
        extended = self.deadline.extended_to
        return max(self.derived.due_on, extended) if extended else self.derived.due_on

    @property
    def moves(self) -> bool:
        """Whether a reader would see another date, or none."""
        return self.due_on != self.deadline.due_on or self._hour_moves()

    def _hour_moves(self) -> bool:
        if self.derived is None or self.deadline.extended_to:
            return False
        return self.derived.due_at != self.deadline.due_at


@dataclass
class Grounds:
    """Rules, calendars and settings by which running clocks are worked out again.

    Left as it is made, it is the world as it stands. A preview gives its own `calendars`, `settings`, `closing`
    times of offices, or `versions`. A clock keeps the version it began under unless `versions` are given; `reanchored` looks up
    anew the event that a rule with a choice of anchors counts from.
    """

    calendars: Mapping[str, Calendar] = field(default_factory=Calendars)
    settings: Mapping[uuid.UUID, Mapping[str, Any]] = field(default_factory=dict)
    closing: Mapping[uuid.UUID, dt.time | None] = field(default_factory=dict)
    versions: list[RuleVersion] | None = None
    reanchored: bool = False

    def outcomes(self, deadlines: Iterable[Deadline]) -> Iterator[Outcome]:
        """What becomes of each; those that lean on another clock of their case come after it."""
        rows = sorted(deadlines, key=lambda row: row.code in catalogue.CAPPED)
        self._before = self._others(rows)
        for deadline in rows:
            outcome = self._outcome(deadline)
            if outcome.due_on is not None and deadline.case_id:
                self._before[deadline.case_id, deadline.code] = outcome.due_on
            yield outcome

    def _outcome(self, deadline: Deadline) -> Outcome:
        kept, settings = deadline.rule, self._settings_of(deadline.partnership)
        if self.versions is not None:
            governing = _governing(self.versions, london_date(deadline.trigger_at))
            if governing is None:
                return Outcome(
                    deadline,
                    kept,
                    deadline.trigger_at,
                    deadline.because,
                    None,
                    "No rule asks for it any more.",
                )
            kept = governing
        rule = catalogue.adapted(kept.as_rule, settings)
        if rule is None:
            sentence = "The partnership does not run this clock any more."
            return Outcome(deadline, kept, deadline.trigger_at, deadline.because, None, sentence)
        trigger_at, because = self._beginning(deadline, rule)
        calendar = self.calendars[rule.calendar]
        closing = self.closing.get(deadline.partnership_id, deadline.partnership.office_closes_at)
        derived = work_out(
            rule,
            trigger_at,
            calendar,
            closing,
            given_on=deadline.given_on,
            latest=self._latest_for(deadline, calendar),
        )
        return Outcome(deadline, kept, trigger_at, because, derived)

    def _latest_for(self, deadline: Deadline, calendar: Calendar) -> Latest | None:
        if deadline.case_id is None or deadline.code not in catalogue.CAPPED:
            return None
        other, _ = catalogue.CAPPED[deadline.code]
        return _latest(deadline.code, self._before.get((deadline.case_id, other)), calendar)

    def _settings_of(self, partnership: Partnership) -> Mapping[str, Any]:
        return self.settings.get(partnership.pk) or settings_of(partnership)

    def _beginning(self, deadline: Deadline, rule: catalogue.RuleVersion) -> tuple[dt.datetime, str]:
        anchored = None
        if self.reanchored and rule.anchors and deadline.case is not None:
            if rule.trigger is Trigger.PARTNERS_AWARE:
                anchored = deadline.case.partners_aware_at
            elif rule.trigger is Trigger.SIN_SENT:
                anchored = self._sent.get(deadline.case_id)
        if anchored is None or anchored == deadline.trigger_at:
            return deadline.trigger_at, deadline.because
        return anchored, rule.trigger_words

    def _others(self, rows: list[Deadline]) -> dict[tuple[uuid.UUID, str], dt.date]:
        """When the clocks that others lean on are due, and when notifications were sent; a query only if asked for."""
        self._sent: dict[uuid.UUID | None, dt.datetime] = {}
        leaning = {row.case_id for row in rows if row.code in catalogue.CAPPED and row.case_id}
        anchored = {row.case_id for row in rows if self.reanchored and row.rule.anchors and row.case_id}
        found: dict[tuple[uuid.UUID, str], dt.date] = {}
        if not leaning | anchored:
            return found
        wanted = {other for other, _ in catalogue.CAPPED.values()} | {_NOTIFICATION}
        for other in _in_force(*leaning | anchored, code__in=wanted):
            assert other.case_id is not None
            found[other.case_id, other.code] = other.due_on
            if other.code == _NOTIFICATION and other.met_at:
                self._sent[other.case_id] = other.met_at
        return found


def latest_of(case_id: uuid.UUID, rule: catalogue.RuleVersion, calendar: Calendar) -> Latest | None:
    """The day after which a clock that is about to start, or is corrected, is never due; None for most."""
    if rule.code not in catalogue.CAPPED:
        return None
    other, _ = catalogue.CAPPED[rule.code]
    return _latest(
        rule.code, _in_force(case_id, code=other).values_list("due_on", flat=True).last(), calendar
    )


def leaning_on(on: dt.date) -> Q:
    """The condition on deadlines that a holiday on this day can move: it lies between their beginning and their date."""
    first, last = start_of_day(on), end_of_day(on)
    return Q(trigger_at__lte=last, due_at__gte=first) | Q(trigger_at__gte=first, due_at__lte=last)


def versions_of(code: str) -> list[RuleVersion]:
    """The versions of a rule that govern anything, oldest first."""
    return list(RuleVersion.objects.current().filter(code=code).order_by("effective_from"))


def _in_force(*cases: uuid.UUID, **which: Any) -> QuerySet[Deadline]:
    """Clocks of some cases that run or were met, oldest round first."""
    rows = Deadline.objects.filter(case__in=cases, **which).order_by("round")
    return rows.filter(cancelled_at__isnull=True, not_applicable_at__isnull=True)


def _latest(code: str, other_due_on: dt.date | None, calendar: Calendar) -> Latest | None:
    if other_due_on is None:
        return None
    other, days = catalogue.CAPPED[code]
    ahead = f"{words.count(days, 'working day')} before {other} is due on {words.full_date(other_due_on)}"
    return Latest(calendar.working_day_before(other_due_on, days), f"never later than {ahead}")


def _governing(versions: list[RuleVersion], on: dt.date) -> RuleVersion | None:
    ruling = [
        version
        for version in versions
        if version.effective_from <= on and (version.effective_to is None or on <= version.effective_to)
    ]
    return max(ruling, key=lambda version: version.effective_from, default=None)
