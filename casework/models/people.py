"""The people of a case: their part in it, and apart from that who they are."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from accounts.access_table import Thing
from accounts.constraints import one_of
from casework.encryption import EncryptedDateField, EncryptedTextField
from casework.models.record import CaseRecord


class Person(CaseRecord):
    """Who somebody is. Encrypted; found again only through the blind indexes beside it.

    `casework.people` writes the indexes with the fields: never write these columns elsewhere. One row a
    case and person: nothing links a child's cases but the indexes.
    """

    thing = Thing.IDENTITY

    forenames = EncryptedTextField(blank=True)
    surname = EncryptedTextField(blank=True)
    other_names = EncryptedTextField("also known as, former and later surnames", blank=True)
    born_on = EncryptedDateField("date of birth", null=True, blank=True)
    expected_on = EncryptedDateField("expected date of birth", null=True, blank=True)
    died_on = EncryptedDateField("date of death", null=True, blank=True)
    nhs_number = EncryptedTextField("NHS number", blank=True)
    address = EncryptedTextField(blank=True)
    address_then = EncryptedTextField("address at the time of the incident", blank=True)
    upn = EncryptedTextField("unique pupil number", blank=True)
    la_reference = EncryptedTextField("children’s social care case number", blank=True)

    nhs_number_index = models.CharField(max_length=44, blank=True, editable=False)
    born_index = models.CharField(max_length=44, blank=True, editable=False)
    born_pairs_index = ArrayField(models.CharField(max_length=44), default=list, editable=False)
    name_index = ArrayField(models.CharField(max_length=44), default=list, editable=False)

    class Meta(CaseRecord.Meta):
        verbose_name_plural = "people"
        indexes = [
            models.Index(
                fields=["nhs_number_index"], condition=~Q(nhs_number_index=""), name="casework_person_by_nhs"
            ),
            models.Index(fields=["born_index"], condition=~Q(born_index=""), name="casework_person_by_born"),
            # People are recorded seldom and searched often: keys go into the index at once. Kept on its list of what
            # is still to be put in, ten thousand people just brought in doubled the time of a search.
            GinIndex(fields=["born_pairs_index"], fastupdate=False, name="casework_person_by_born_pairs"),
            GinIndex(fields=["name_index"], fastupdate=False, name="casework_person_by_name"),
        ]

    def __str__(self) -> str:
        return "A person of the case"  # Never the name: this text reaches logs and error pages.

    @property
    def full_name(self) -> str:
        return f"{self.forenames} {self.surname}".strip()


class Part(models.TextChoices):
    CHILD = "child", "Child the case is about"
    SIBLING = "sibling", "Sibling"
    MOTHER = "mother", "Mother"
    FATHER = "father", "Father"
    OTHER = "other", "Other significant person"


class Outcome(models.TextChoices):
    DIED = "died", "Died"
    SERIOUSLY_HARMED = "seriously_harmed", "Seriously harmed"
    NEITHER = "neither", "Neither"
    UNCLEAR = "unclear", "Not yet clear"


class Subject(CaseRecord):
    """A child the case is about, or one of the family, under the name the case uses for them."""

    thing = Thing.CASE_STATUS

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="subject")
    part = models.CharField(max_length=10, choices=Part.choices, default=Part.CHILD)
    label = models.CharField("called in this case", max_length=60)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    unborn = models.BooleanField(default=False)
    looked_after = models.BooleanField(default=False)
    care_leaver = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField(default=1)

    class Meta(CaseRecord.Meta):
        ordering = ["order", "label"]
        constraints = [
            one_of("part", Part),
            one_of("outcome", Outcome, blank=True),
            models.UniqueConstraint(fields=["case", "label"], name="casework_subject_label_once"),
        ]

    def __str__(self) -> str:
        return self.label
