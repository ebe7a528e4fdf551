"""The weeks a board is read by: from Monday to Sunday."""

import datetime as dt
from typing import NamedTuple

_DAY = dt.timedelta(days=1)


class Weeks(NamedTuple):
    """The week of a day, and the next."""

    monday: dt.date
    sunday: dt.date
    next_monday: dt.date
    next_sunday: dt.date

    @classmethod
    def around(cls, on: dt.date) -> "Weeks":
        """The week in which a day lies; on a Sunday it is the one that ends."""
        monday = on - on.weekday() * _DAY
        return cls(monday, monday + 6 * _DAY, monday + 7 * _DAY, monday + 13 * _DAY)
