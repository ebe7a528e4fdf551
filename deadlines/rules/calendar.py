"""Working days: Monday to Friday, except the bank holidays of a table (domain §3.1)."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

_DAY = dt.timedelta(days=1)
_MONDAY = dt.date(1, 1, 1)  # the proleptic calendar begins on a Monday, so ordinals count weeks from it
WEEKEND = "weekend"


@dataclass(frozen=True, slots=True)
class Holiday:
    """One day on which nobody is expected to work.

    `provisional` marks a day worked out from the usual pattern, before it was officially announced.
    """

    title: str
    source: str
    provisional: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """A holiday table, the span of days for which it is official, and the version to cite beside a date.

    Outside `official_from`…`official_until` a holiday can still be announced, moved or added, so whatever
    leans on a weekday there is provisional.
    """

    holidays: Mapping[dt.date, Holiday]
    official_until: dt.date
    version: str
    official_from: dt.date = dt.date.min
    name: str = "England and Wales"
    _weekday_holidays: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        ordinals = sorted(on.toordinal() for on in self.holidays if on.weekday() < 5)
        object.__setattr__(self, "_weekday_holidays", tuple(ordinals))

    def is_working_day(self, on: dt.date) -> bool:
        """Whether the day is Monday to Friday and not in the holiday table."""
        return on.weekday() < 5 and on not in self.holidays

    def why_not(self, on: dt.date) -> str | None:
        """The reason a day is not a working day, or None when it is one."""
        if on.weekday() >= 5:
            return WEEKEND
        holiday = self.holidays.get(on)
        return holiday.title if holiday else None

    def working_day_after(self, on: dt.date, count: int = 1) -> dt.date:
        """The working day `count` after a day, that day being day 0; `count` 0 is the day itself."""
        return self._step(on, count, _DAY)

    def working_day_before(self, on: dt.date, count: int = 1) -> dt.date:
        """The working day `count` before a day, that day being day 0; `count` 0 is the day itself."""
        return self._step(on, count, -_DAY)

    def on_or_after(self, on: dt.date) -> dt.date:
        """The day itself if it is a working day, otherwise the next one."""
        return on if self.is_working_day(on) else self.working_day_after(on)

    def on_or_before(self, on: dt.date) -> dt.date:
        """The day itself if it is a working day, otherwise the one before."""
        return on if self.is_working_day(on) else self.working_day_before(on)

    def working_days_between(self, start: dt.date, end: dt.date) -> int:
        """How many working days follow `start` up to and including `end`; none if `end` is not later."""
        if end <= start:
            return 0
        first, last = start.toordinal(), end.toordinal()
        weekdays = _weekdays_until(last) - _weekdays_until(first)
        holidays = bisect_right(self._weekday_holidays, last) - bisect_right(self._weekday_holidays, first)
        return weekdays - holidays

    def is_official(self, on: dt.date) -> bool:
        """Whether the table is official on a day."""
        return self.official_from <= on <= self.official_until

    def leans_on_provisional(self, first: dt.date, last: dt.date) -> bool:
        """Whether any weekday from `first` to `last` lies where the table is not official."""
        if self.official_from <= first and last <= self.official_until:
            return False
        before = (
            _weekdays_in(first, min(last, self.official_from - _DAY)) if first < self.official_from else 0
        )
        after = (
            _weekdays_in(max(first, self.official_until + _DAY), last) if last > self.official_until else 0
        )
        return before + after > 0

    def _step(self, on: dt.date, count: int, step: dt.timedelta) -> dt.date:
        if count < 0:
            raise ValueError("Count working days forwards or backwards with a number that is not negative.")
        holidays = self.holidays
        while count:
            on += step
            if on.weekday() < 5 and on not in holidays:
                count -= 1
        return on


def _weekdays_until(ordinal: int) -> int:
    """Mondays to Fridays from the first day of the calendar to this one, included."""
    weeks, days = divmod(ordinal - _MONDAY.toordinal() + 1, 7)
    return weeks * 5 + min(days, 5)


def _weekdays_in(first: dt.date, last: dt.date) -> int:
    """Mondays to Fridays from `first` to `last`, both included; none if `last` is earlier."""
    if last < first:
        return 0
    return _weekdays_until(last.toordinal()) - _weekdays_until(first.toordinal() - 1)
