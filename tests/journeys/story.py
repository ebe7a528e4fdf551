"""A case and the people who take part in it, seen by a test that walks through it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from journeys.moving import Calendar, Post
from journeys.walking import Walk

from accounts.agency_kinds import AgencyKind
from accounts.models import User
from accounts.roles import Role
from casework.models import Case
from deadlines.models import Deadline
from lcspr import clock


@dataclass
class Story:
    """Who takes part, in which window, on what day, with which e-mails."""

    walk: Walk
    cast: Any
    calendar: Calendar
    post: Post
    people: dict[tuple[Role, str], User] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Everybody holds their role before the story begins."""
        self.cast.agency("hospital", kind=AgencyKind.ACUTE_TRUST)
        for role in Role:
            if role not in {Role.AA, Role.ALO, Role.REP, Role.ADM}:
                getattr(self.cast, role)
        for agency in ("council", "icb", "police", "hospital", "school"):
            self.rep(agency)

    def holder(self, role: Role, agency: str) -> User:
        """Whoever holds a role for an agency, named by its short name."""
        if (role, agency) not in self.people:
            self.people[role, agency] = self.cast.person(role, agency=agency)
        return self.people[role, agency]

    def rep(self, agency: str) -> User:
        """The representative of an agency."""
        return self.holder(Role.REP, agency)

    @property
    def case(self) -> Case:
        """The one case of the story, as it now is."""
        return Case.objects.get()

    def deadline(self, code: str) -> Deadline:
        """The one deadline of the case under a rule."""
        found: Deadline = Deadline.objects.of(self.case).get(code=code)
        return found

    def due(self, code: str) -> str:
        """The London day on which it falls."""
        return f"{self.deadline(code).due_at.astimezone(clock.LONDON):%A %-d %B %Y}"
