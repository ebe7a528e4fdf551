"""The family's reading of the report before it is public (domain §4.4, DL-20)."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from accounts.access_table import Right, Thing
from accounts.models import User
from casework.models import CaseRecord, CaseRecordQuerySet
from casework.permissions import roles_with


class FamilyReadingQuerySet(CaseRecordQuerySet):
    def visible_to(self, user: User) -> Self:
        """For those who read the family contact log; agencies and the public's side do not."""
        return self.of_case_visible_to(user, roles_with(Right.READ, Thing.FAMILY_LOG))

    def agreed(self) -> Self:
        """A date is agreed, and they have neither read it nor said that they no longer wish to."""
        return self.filter(read_on=None, declined_on=None)


class FamilyReading(CaseRecord):
    """One member of the family and the report: the date agreed, the meeting in which they read it, what they said.

    They take as long as they need: whoever was not finished gets another row, with another date. `who` names the
    relation, never the person.
    """

    thing = Thing.FAMILY_LOG

    publication = models.ForeignKey(
        "publication.Publication", on_delete=models.PROTECT, related_name="readings"
    )
    who = models.CharField("who reads it, by relation", max_length=100)
    agreed_on = models.DateField("date agreed", null=True, blank=True)
    arranged = models.TextField("what was agreed", blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    read_on = models.DateField("read on", null=True, blank=True)
    said = models.TextField("what they said, and what it changed", blank=True)
    declined_on = models.DateField("declined on", null=True, blank=True)
    declined_because = models.TextField("why they do not read it", blank=True)

    objects = FamilyReadingQuerySet.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(who=""), name="publication_familyreading_says_who"),
            models.CheckConstraint(
                condition=Q(agreed_on__isnull=False) | Q(declined_on__isnull=False),
                name="publication_familyreading_agreed_or_declined",
            ),
            models.CheckConstraint(
                condition=Q(read_on__isnull=True) | Q(declined_on__isnull=True) & ~Q(said=""),
                name="publication_familyreading_read_in_words",
            ),
            models.CheckConstraint(
                condition=Q(declined_on__isnull=True) | ~Q(declined_because=""),
                name="publication_familyreading_declined_says_why",
            ),
            models.UniqueConstraint(
                fields=["publication", "who"],
                condition=Q(read_on__isnull=True, declined_on__isnull=True),
                name="publication_familyreading_one_date_each",
            ),
        ]
        indexes = [
            models.Index(
                fields=["publication", "agreed_on"],
                condition=Q(read_on__isnull=True, declined_on__isnull=True),
                name="publication_reading_agreed",
            )
        ]

    def __str__(self) -> str:
        return f"Reading: {self.who}"
