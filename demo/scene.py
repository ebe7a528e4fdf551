"""Where a story is set: its partnership, the people who act in it, and how they act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from accounts.db import acting_as
from accounts.models import Agency, Partnership, User
from accounts.roles import Role
from casework.models import Case, Opening, Wall
from casework.permissions import holders
from casework.services import answer_opening
from demo.cast import Company
from demo.diary import Diary
from lcspr import clock

R = TypeVar("R")


@dataclass(frozen=True)
class Scene:
    """One partnership as its stories see it. `council` and `icb` are its own local authority and board."""

    company: Company
    agencies: dict[str, Agency]
    diary: Diary
    council: Agency
    icb: Agency
    # Who answers for an agency, by the keys of the cast.
    representatives: dict[str, str]

    def __getitem__(self, key: str) -> User:
        return self.company[key]

    @property
    def partnership(self) -> Partnership:
        return self.company.partnership

    def agency(self, key: str) -> Agency:
        """An agency by its key; "council" and "icb" are the partnership's own."""
        return {"council": self.council, "icb": self.icb}.get(key) or self.agencies[key]

    def representative(self, key: str) -> User:
        return self[self.representatives[key]]

    @property
    def partners(self) -> list[User]:
        return [self["partner_la"], self["partner_icb"], self["partner_police"]]


def act(service: Callable[..., R], /, *subject: Any, by: User, **details: Any) -> R:
    """Have a person perform one act of the service, in a transaction of its own."""
    with acting_as(by):
        return service(*subject, by=by, **details)


def today() -> dt.date:
    """The day of the story."""
    return clock.today()


def now() -> dt.datetime:
    """The instant of the story."""
    return clock.now()


def everyone_opens(case: Case, *, but: Iterable[User] = ()) -> None:
    """Let everyone who may open the case do so for the first time, and say that they know nobody in it."""
    done = set(Opening.objects.filter(case=case).values_list("user", flat=True))
    done |= set(Wall.objects.filter(case=case, lifted_at=None).values_list("user", flat=True))
    done |= {person.pk for person in but}
    for person in holders(case, Role):
        if person.pk not in done:
            act(answer_opening, case, by=person, knows_someone=False)
