"""Who may see a case: the one table that answers, and the wall that beats it (architecture §5)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from accounts.constraints import not_before, one_of
from accounts.models import Agency, DatedQuerySet, Partnership, Record, User
from accounts.roles import Role
from lcspr import clock


class Access(Record):
    """Lets one person, or whoever holds a role in an agency or a partnership, into one case.

    Exactly one of `user`, `agency` and `partnership` is set. With `user`, that person is in, as `role`.
    With `agency` or `partnership`, everyone with a current Membership of it in `role` is in. Services
    write these rows and end them by `until` (the first London date no longer in force); none is deleted.

    A partnership let in as neighbour is another area's: its business unit is in while the case is open. With
    `through`, an agency is let in through that other area: its people there, not those here.
    """

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="access")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    partnership = models.ForeignKey(
        Partnership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    through = models.ForeignKey(
        Partnership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    role = models.CharField(max_length=20, choices=Role.choices)
    why = models.CharField(max_length=200)
    starts_on = models.DateField(default=clock.today)
    until = models.DateField(null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name_plural = "access"
        constraints = [
            one_of("role", Role),
            not_before("until", "starts_on"),
            models.CheckConstraint(
                condition=Q(user__isnull=False, agency__isnull=True, partnership__isnull=True)
                | Q(user__isnull=True, agency__isnull=False, partnership__isnull=True)
                | Q(user__isnull=True, agency__isnull=True, partnership__isnull=False),
                name="casework_access_exactly_one_holder",
            ),
            models.CheckConstraint(
                condition=Q(through__isnull=True) | Q(agency__isnull=False),
                name="casework_access_through_for_agencies",
            ),
            models.CheckConstraint(
                condition=~Q(role="neighbour") | Q(partnership__isnull=False),
                name="casework_access_neighbour_is_an_area",
            ),
            models.UniqueConstraint(
                fields=["case", "user", "agency", "partnership", "through", "role"],
                condition=Q(until__isnull=True),
                nulls_distinct=False,
                name="casework_access_once",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "case"], name="casework_access_by_user"),
            models.Index(fields=["agency", "role", "case"], name="casework_access_by_agency"),
            models.Index(fields=["partnership", "role", "case"], name="casework_access_by_partners"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.why}"

    def holds_in(self, case: Any) -> bool:
        """Whether it lets anybody in to its case, `case`, as that stands: another area leaves when the case closes."""
        of_another_area = self.role == Role.NEIGHBOUR or self.through_id is not None
        return not (of_another_area and case.closed_at is not None)


class Wall(Record):
    """Keeps one person out of one case whatever else lets them in (domain §4.2 rule e)."""

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="walls")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(default=clock.now)
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_reason = models.TextField(blank=True)

    class Meta(Record.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["case", "user"], condition=Q(lifted_at__isnull=True), name="casework_wall_once"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | ~Q(lifted_by=models.F("user")),
                name="casework_wall_not_lifted_by_oneself",
            ),
        ]
        indexes = [models.Index(fields=["user"], name="casework_wall_by_user")]

    def __str__(self) -> str:
        return f"{self.user} is kept out"


class Opening(Record):
    """A person's answer, on first opening a case, to whether they know anyone in it."""

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="openings")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    knows_someone = models.BooleanField()
    answered_at = models.DateTimeField(default=clock.now)

    class Meta(Record.Meta):
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="casework_opening_once")]

    def __str__(self) -> str:
        return f"{self.user} opened the case"
