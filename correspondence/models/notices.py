"""Who outside the service was told what, when and how, with the proof and the reply."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.access_table import Thing
from accounts.constraints import not_before, one_of
from accounts.models import User
from casework.models import Case, CaseRecord, CaseRecordQuerySet, Document


class Recipient(models.TextChoices):
    NATIONAL_PANEL = "national_panel", "National Panel"
    OFSTED = "ofsted", "Ofsted"
    DFE = "dfe", "Department for Education"
    OTHER_PARTNERSHIP = "other_partnership", "Another safeguarding children partnership"
    CORONER = "coroner", "Coroner"
    POLICE = "police", "Police"
    LEAD_PARTNERS = "lead_partners", "Lead safeguarding partners"
    NSPCC = "nspcc", "NSPCC (national collection of case reviews)"
    FAMILY = "family", "Family"
    OTHER = "other", "Somebody else"


class NoticeSubject(models.TextChoices):
    RAPID_REVIEW_SENT = "rapid_review_sent", "Rapid review sent"
    LCSPR_STARTING = "lcspr_starting", "A local child safeguarding practice review starts"
    REVIEWER_NAMED = "reviewer_named", "Name of the reviewer"
    DELAY_REASONS = "delay_reasons", "Reasons for delay"
    NON_PUBLICATION = "non_publication", "Reasons for not publishing"
    PUBLICATION_COPY = "publication_copy", "Copy of the report before it is published"
    REPOSITORY_COPY = "repository_copy", "Copy for the national collection of case reviews"
    NOTIFICATION_CHANGED = "notification_changed", "Correction of the notification"
    OTHER_AREA = "other_area", "An incident that concerns another area"
    DE_NOTIFICATION = "de_notification", "Notification withdrawn"
    NATIONAL_REVIEW = "national_review", "National review"
    DISCONTINUED = "discontinued", "Review discontinued"
    LATE_RAPID_REVIEW = "late_rapid_review", "Rapid review will be late"
    OTHER = "other", "Something else"


class How(models.TextChoices):
    EMAIL = "email", "By secure e-mail"
    PORTAL = "portal", "Through their online service"
    LETTER = "letter", "By letter"
    TELEPHONE = "telephone", "By telephone"


class NoticeQuerySet(CaseRecordQuerySet):
    def of(self, case: Case, subject: NoticeSubject | None = None) -> NoticeQuerySet:
        """Notices given in a case, on one subject if named."""
        rows = self.filter(case=case)
        return rows if subject is None else rows.filter(subject=subject)


class Notice(CaseRecord):
    """One notice to somebody outside: the record that it was given, not the giving itself."""

    thing = Thing.PANEL_LETTERS

    to = models.CharField(max_length=20, choices=Recipient.choices)
    other_name = models.CharField("name of the recipient", max_length=200, blank=True)
    subject = models.CharField(max_length=20, choices=NoticeSubject.choices)
    sent_at = models.DateTimeField()
    how = models.CharField(max_length=10, choices=How.choices)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    words = models.TextField("what was said", blank=True)
    proof = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reply_received_at = models.DateTimeField(null=True, blank=True)
    reply_words = models.TextField("what they replied", blank=True)
    reply = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reply_recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = NoticeQuerySet.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        ordering = ["-sent_at", "-created_at"]
        constraints = [
            one_of("to", Recipient),
            one_of("subject", NoticeSubject),
            one_of("how", How),
            not_before("reply_received_at", "sent_at"),
            models.CheckConstraint(
                condition=~Q(to="other") | ~Q(other_name=""), name="correspondence_notice_other_has_name"
            ),
            models.CheckConstraint(
                condition=Q(reply_received_at__isnull=False, reply_recorded_by__isnull=False)
                | Q(
                    reply_received_at__isnull=True,
                    reply_recorded_by__isnull=True,
                    reply__isnull=True,
                    reply_words="",
                ),
                name="correspondence_notice_reply_says_when",
            ),
        ]
        indexes = [models.Index(fields=["case", "subject", "to"], name="correspondence_notice_by_case")]

    def __str__(self) -> str:
        return f"{self.recipient_name}: {self.get_subject_display()}"

    @property
    def recipient_name(self) -> str:
        """Who was told, by the name given where the list has none."""
        return self.other_name or self.get_to_display()
