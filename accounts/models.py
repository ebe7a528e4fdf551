"""People, agencies, partnerships and who holds which role where."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from accounts.agency_kinds import AgencyKind
from accounts.constraints import not_before, one_of, work_domain
from accounts.roles import Role
from accounts.settings_choices import (
    DecisionModel,
    Prerequisite,
    RapidReviewAnchor,
    ReferralSource,
    ReviewType,
    StatutoryPartner,
)
from accounts.sharing import MadeOnce
from accounts.tracking import row_change
from accounts.words import STANDARD_WORDS
from lcspr import clock


class Record(models.Model):
    """What every table of ours has: an unguessable key and a row trigger."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True
        triggers = [row_change()]


class UserManager(BaseUserManager["User"]):
    use_in_migrations = False

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Add a person who signs in by `email`; without a password they set one by invitation."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Add a system administrator: accounts and reference data, no case content."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(MadeOnce, AbstractBaseUser, PermissionsMixin, Record):
    """One person, one account; what they may do stands in their Memberships."""

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=150)
    job_title = models.CharField(max_length=150, blank=True)
    phone = models.CharField("telephone number", max_length=40, blank=True)
    is_active = models.BooleanField("may sign in", default=True)
    is_staff = models.BooleanField("system administrator", default=False)
    is_system = models.BooleanField("acts for the system, never signs in", default=False, editable=False)
    date_joined = models.DateTimeField(default=clock.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta(Record.Meta):
        verbose_name = "person"
        verbose_name_plural = "people"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="accounts_user_email_once_whatever_case"),
            models.UniqueConstraint(
                fields=["is_system"], condition=Q(is_system=True), name="accounts_user_one_system_user"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]


class Agency(MadeOnce, Record):
    """An organisation, one row in the country; a trust's department has the trust as parent."""

    name = models.CharField(max_length=200, unique=True)
    short_name = models.CharField(max_length=60)
    kind = models.CharField(max_length=30, choices=AgencyKind.choices)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="departments"
    )
    successor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        help_text="The organisation that took over its duties, as an ICB did from a CCG.",
    )
    succeeded_on = models.DateField(null=True, blank=True)
    email_domains = ArrayField(
        models.CharField(max_length=120, validators=[work_domain]), default=list, blank=True
    )
    retired_on = models.DateField(null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name_plural = "agencies"
        ordering = ["name"]
        constraints = [
            one_of("kind", AgencyKind),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="accounts_agency_not_own_parent"
            ),
            models.CheckConstraint(
                condition=Q(successor__isnull=True, succeeded_on__isnull=True)
                | Q(successor__isnull=False, succeeded_on__isnull=False),
                name="accounts_agency_succession_has_date",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Partnership(Record):
    """A local safeguarding children partnership: its names, its words and the choices that are its own.

    The choices are those of domain §8.2. What the law fixes (five working days, three partners'
    views, one year public) is code and cannot be set here.
    """

    name = models.CharField(max_length=200, unique=True)
    short_name = models.CharField(max_length=20)
    code = models.SlugField(max_length=12, unique=True, help_text="Begins every case reference.")
    formerly = models.CharField(max_length=200, blank=True)
    guidance_version = models.CharField(max_length=80, blank=True)
    decision_model = models.CharField(max_length=40, choices=DecisionModel.choices)
    prerequisite = models.CharField(max_length=30, choices=Prerequisite.choices)
    submitter_roles = ArrayField(models.CharField(max_length=20, choices=Role.choices), default=list)
    sources_enabled = ArrayField(
        models.CharField(max_length=20, choices=ReferralSource.choices), default=list
    )
    review_types = ArrayField(models.CharField(max_length=40, choices=ReviewType.choices), default=list)
    rr_anchor = models.CharField(
        max_length=20, choices=RapidReviewAnchor.choices, default=RapidReviewAnchor.SIN_SENT
    )
    written_within_hours = models.PositiveSmallIntegerField(
        "hours to confirm an oral notice in writing (DL-03)", null=True, blank=True
    )
    local_lengths = models.JSONField(
        "lengths of local deadlines", default=dict, blank=True, help_text='By DL-number, e.g. {"DL-07": 5}.'
    )
    office_closes_at = models.TimeField(null=True, blank=True)
    views_hidden_until_given = models.BooleanField(
        "hide the other partners’ views until you have given yours", default=False
    )
    unconfirmed_views_block = models.BooleanField(
        "a view recorded on behalf must be confirmed before it is acted on", default=False
    )
    words = models.JSONField("names and words", default=dict, blank=True)
    practice = models.JSONField("practice, told on its pages", default=dict, blank=True)
    contacts = models.JSONField(default=dict, blank=True)
    agencies = models.ManyToManyField(Agency, through="PartnershipAgency", related_name="partnerships")

    class Meta(Record.Meta):
        ordering = ["name"]
        constraints = [
            one_of("decision_model", DecisionModel),
            one_of("prerequisite", Prerequisite),
            one_of("rr_anchor", RapidReviewAnchor),
        ]

    def __str__(self) -> str:
        return self.name

    def word(self, key: str) -> str:
        """The partnership's own word for `key`, or the standard one (accounts.words)."""
        return self.words.get(key) or STANDARD_WORDS[key]


class DatedQuerySet(models.QuerySet[Any]):
    def current(self, on: dt.date | None = None) -> DatedQuerySet:
        """Rows in force on a London date, today if not given; `until` is the first day no longer in force."""
        on = on or clock.today()
        return self.filter(Q(starts_on__lte=on), Q(until__isnull=True) | Q(until__gt=on))


class PartnershipAgency(Record):
    """An agency that works with a partnership, and which statutory partner it is, if one."""

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="members")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    statutory = models.CharField(max_length=10, choices=StatutoryPartner.choices, blank=True)
    starts_on = models.DateField(default=clock.today)
    until = models.DateField(null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name_plural = "partnership agencies"
        constraints = [
            one_of("statutory", StatutoryPartner, blank=True),
            not_before("until", "starts_on"),
            models.UniqueConstraint(
                fields=["partnership", "agency"],
                condition=Q(until__isnull=True),
                name="accounts_partnershipagency_once",
            ),
            models.UniqueConstraint(
                fields=["partnership", "statutory"],
                condition=Q(until__isnull=True) & ~Q(statutory=""),
                name="accounts_partnershipagency_one_per_statutory_partner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency} in {self.partnership}"


class Membership(Record):
    """A person holds a role in a partnership, usually for an agency, from a day until a day.

    A deputy is a Membership of its own with the same role and `deputy_for` naming the principal's:
    acts done under it are recorded as done *for* the principal.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="memberships")
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    role = models.CharField(max_length=20, choices=Role.choices)
    starts_on = models.DateField("from", default=clock.today)
    until = models.DateField(null=True, blank=True)
    deputy_for = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="deputies"
    )
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = DatedQuerySet.as_manager()

    class Meta(Record.Meta):
        ordering = ["user__name", "role"]
        constraints = [
            one_of("role", Role),
            not_before("until", "starts_on"),
            models.UniqueConstraint(
                fields=["user", "partnership", "agency", "role"],
                condition=Q(until__isnull=True),
                nulls_distinct=False,
                name="accounts_membership_once",
            ),
            # The law puts the duty on three offices; each is held by one person, with deputies beside.
            models.UniqueConstraint(
                fields=["partnership", "role"],
                condition=Q(
                    until__isnull=True,
                    deputy_for__isnull=True,
                    role__in=[
                        "dsp_la",
                        "dsp_icb",
                        "dsp_police",
                        "lsp_la",
                        "lsp_icb",
                        "lsp_police",
                        "ic",
                        "sgc",
                    ],
                ),
                name="accounts_membership_one_holder",
            ),
            models.CheckConstraint(
                condition=Q(granted_by__isnull=True) | ~Q(granted_by=F("user")),
                name="accounts_membership_not_granted_to_oneself",
            ),
        ]
        indexes = [
            models.Index(fields=["user"], name="accounts_membership_by_user"),
            models.Index(fields=["partnership", "role"], name="accounts_membership_by_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}, {self.partnership.short_name}"


class Invitation(Record):
    """A one-time link by which a person named by the business unit makes their account.

    Only a hash of the link's secret is kept; a used, expired or revoked link opens nothing.
    """

    email = models.EmailField("e-mail address")
    name = models.CharField(max_length=150)
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="invitations")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=20, choices=Role.choices)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta(Record.Meta):
        ordering = ["-invited_at"]
        constraints = [one_of("role", Role)]

    def __str__(self) -> str:
        return f"Invitation for {self.name}"


class DirectoryEntry(Record):
    """Somebody whom people of an agency, or anybody, may ring: who represents it on the sub-group, and how.

    Shown to the whole world only where `is_public` says so; otherwise to people with a role in the partnership.
    """

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="directory")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=150)
    job_title = models.CharField(max_length=150, blank=True)
    phone = models.CharField("telephone number", max_length=40, blank=True)
    email = models.EmailField("e-mail address", blank=True)
    is_public = models.BooleanField("shown to everybody", default=False)

    class Meta(Record.Meta):
        verbose_name_plural = "directory entries"
        ordering = ["agency__name", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["partnership", "agency", "name"], name="accounts_directoryentry_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.agency}"


class OwnEntry(Record):
    """Somebody came in by a work e-mail address at an agency's domain, without an invitation.

    `chosen` says that many agencies share the domain and the person said for which they work: then the
    agency's representative is told, and may refuse, which ends the membership.
    """

    membership = models.OneToOneField(Membership, on_delete=models.PROTECT, related_name="own_entry")
    address = models.EmailField("address that was proven")
    chosen = models.BooleanField("agency chosen among several", default=False)
    at = models.DateTimeField(default=clock.now, editable=False)
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    refused_because = models.TextField(blank=True)

    class Meta(Record.Meta):
        verbose_name_plural = "own entries"
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(refused_at__isnull=True, refused_by__isnull=True)
                | Q(refused_at__isnull=False, refused_by__isnull=False),
                name="accounts_ownentry_refused_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership.user}, by a work address"


class AccountRequest(Record):
    """Somebody whose address tells no agency asks the business unit to be let in; the address is proven."""

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="account_requests")
    email = models.EmailField("e-mail address")
    name = models.CharField(max_length=150)
    job_title = models.CharField(max_length=150, blank=True)
    phone = models.CharField("telephone number", max_length=40)
    organisation = models.CharField(max_length=200)
    asked_at = models.DateTimeField(default=clock.now, editable=False)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    invitation = models.OneToOneField(
        Invitation, on_delete=models.PROTECT, null=True, blank=True, related_name="account_request"
    )
    declined_because = models.TextField(blank=True)

    class Meta(Record.Meta):
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["partnership", "email"],
                condition=Q(settled_at__isnull=True),
                name="accounts_accountrequest_one_waiting",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True, invitation__isnull=True)
                | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="accounts_accountrequest_settled_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.organisation}"
