"""What the National Panel wrote about a rapid review (domain F-19)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.access_table import Thing
from accounts.constraints import one_of
from accounts.models import User
from casework.models import CaseRecord, Document
from rapid_review.models.review import RapidReview


class PanelView(models.TextChoices):
    AGREES = "agrees", "Agrees with the partners’ decision"
    ASKS = "asks", "Asks for more information"
    DISAGREES = "disagrees", "Disagrees with the decision"
    NATIONAL = "national", "Will do a national review"


class PanelLetter(CaseRecord):
    """One letter from the National Panel."""

    thing = Thing.PANEL_LETTERS

    rapid_review = models.ForeignKey(RapidReview, on_delete=models.PROTECT, related_name="letters")
    received_on = models.DateField()
    view = models.CharField(max_length=10, choices=PanelView.choices)
    words = models.TextField("what it says", blank=True)
    answer_by = models.DateField("answer asked for by", null=True, blank=True)
    letter = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta(CaseRecord.Meta):
        ordering = ["received_on", "created_at"]
        constraints = [
            one_of("view", PanelView),
            models.CheckConstraint(
                condition=Q(answer_by__isnull=True) | Q(answer_by__gte=models.F("received_on")),
                name="rapid_review_letter_answer_after",
            ),
        ]

    def __str__(self) -> str:
        return f"Letter from the National Panel: {self.get_view_display().lower()}"
