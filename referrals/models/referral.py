"""The referral: written, sent, sent back, and what became of it (domain §2.4a)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q
from django_fsm import transition

from accounts.access_table import Right, Thing
from accounts.constraints import not_before, one_of
from accounts.db import memberships_of
from accounts.models import Agency, Partnership, Record, User
from accounts.roles import BUSINESS_UNIT, Role
from accounts.settings_choices import ReferralSource
from casework.conditions import Condition, require
from casework.drafts import read_answers
from casework.machine import StateField, act, legal_moves
from casework.models import Case, CaseRecord, Draft, Outcome, Stage, Subject
from casework.models.machine import Machine
from casework.permissions import (
    agencies_as,
    business_unit_partnerships,
    holds_anywhere,
    open_to,
    roles_with,
)
from lcspr import clock
from referrals import rules
from referrals.answers import dates_in, in_full, questions_of, wanting
from referrals.permissions import AGENCY_LEADS, InCase, OwnBusinessUnit, Sends, Writes
from referrals.standing import no_partner_says_met, views_given


class ReferralState(models.TextChoices):
    DRAFT = "draft", "Not sent yet"
    SUBMITTED = "submitted", "Received"
    RETURNED = "returned", "Sent back for more information"
    ACCEPTED = "accepted", "Accepted"
    DUPLICATE = "duplicate", "Joined with another referral"
    WITHDRAWN = "withdrawn", "Withdrawn"
    TRANSFERRED = "transferred", "Passed to another area"


class Channel(models.TextChoices):
    """How a referral reached the business unit."""

    SYSTEM = "system", "Through this service"
    TELEPHONE = "telephone", "By telephone"
    IN_PERSON = "in_person", "In person"
    LETTER = "letter", "By letter"
    EMAIL = "email", "By secure e-mail"


class LeadView(models.TextChoices):
    """What the safeguarding lead or representative says of a referral of their agency."""

    SUPPORTS = "supports", "Supports it"
    DOES_NOT_SUPPORT = "does_not_support", "Does not support it"
    NOT_AVAILABLE = "not_available", "Could not be reached in time"


class AbuseOrNeglect(models.TextChoices):
    KNOWN = "known", "Known"
    SUSPECTED = "suspected", "Suspected"
    NOT_SUSPECTED = "not_known_or_suspected", "Neither known nor suspected"


ABUSE_OR_NEGLECT = frozenset({AbuseOrNeglect.KNOWN, AbuseOrNeglect.SUSPECTED})
UNSENT = frozenset({ReferralState.DRAFT})
WRITABLE = frozenset({ReferralState.DRAFT, ReferralState.RETURNED})
# Somebody must do something about it: send it, check it, answer what was asked, or let it be withdrawn.
UNSETTLED = Q(state__in=["submitted", "returned", "draft"]) | Q(
    state="accepted", withdrawal_asked_at__isnull=False
)
ENDED = frozenset({ReferralState.DUPLICATE, ReferralState.WITHDRAWN, ReferralState.TRANSFERRED})


class ReferralQuerySet(models.QuerySet["Referral"]):
    def visible_to(self, user: User) -> ReferralQuerySet:
        """Referrals this person may read.

        Before a case exists: its referrer, the lead and representative of its agency, and the business
        unit for what it entered. Afterwards: whoever the access table lets read it and the case admits;
        a referrer only what they referred themself, never a colleague's.
        """
        if not user.is_authenticated:
            return self.none()
        found = self._before_a_case(user) | open_to(user, BUSINESS_UNIT)
        # Of the others' ways in, only those the person holds: the statement is built for every save of a draft.
        others = roles_with(Right.READ, Thing.OTHER_REFERRALS) - BUSINESS_UNIT
        if holds_anywhere(user, others):
            found |= open_to(user, others) & ~Q(state=ReferralState.DRAFT)
        own = roles_with(Right.READ, Thing.OWN_REFERRAL) - BUSINESS_UNIT
        if holds_anywhere(user, own):
            found |= (Q(referrer=user) | Q(left_to=user)) & open_to(user, own)
        if leads_of := agencies_as(user, AGENCY_LEADS):
            found |= Q(agency__in=leads_of) & open_to(user, own & AGENCY_LEADS)
        return self.filter(found)

    def unsent(self, user: User) -> ReferralQuerySet:
        """What this person, or somebody of the agency they lead, has begun and not sent, or was left to go on with."""
        return self.filter(self._before_a_case(user), state=ReferralState.DRAFT)

    def _before_a_case(self, user: User) -> Q:
        mine = Q(partnership__in={m.partnership_id for m in memberships_of(user)})
        mine &= Q(referrer=user) | Q(left_to=user)
        for membership in memberships_of(user):
            if membership.role in AGENCY_LEADS and membership.agency_id:
                mine |= Q(agency=membership.agency_id, partnership=membership.partnership_id)
        if units := business_unit_partnerships(user):
            mine |= Q(on_behalf=True, partnership__in=units)
        return Q(case=None) & mine

    def waiting_for_triage(self) -> ReferralQuerySet:
        return self.filter(state=ReferralState.SUBMITTED)


def _unanswered(referral: Referral) -> Iterable[str]:
    found = wanting(questions_of(referral), in_full(referral, referral.typed))
    return rules.distinct(each.sentence for each in found)


def _impossible(referral: Referral) -> Iterable[str]:
    found = rules.impossible(dates_in(referral.typed, now=clock.now()))
    return rules.distinct(f"{sentence}." for _, sentence in found)


everything_answered = Condition("Every page of the referral is answered.", _unanswered)
dates_agree = Condition("Its dates can be true together.", _impossible)
changed_since_return = require(
    "Nothing has changed since the referral was sent back. Answer what was asked, then send it again.",
    lambda referral: (
        (referral.draft is not None and referral.draft.version > referral.returned_version)
        or referral.questions_asked.filter(answered_at__gte=referral.returned_at).exists()
    ),
)
la_acted_first = require(
    "This is for cases the local authority has already notified.",
    lambda referral: referral.source == ReferralSource.LA_FIRST,
)
not_notified_yet = require(
    "The local authority has already notified: record that instead of sending the referral.",
    lambda referral: referral.source != ReferralSource.LA_FIRST,
)
no_case_yet = require(
    "The business unit has already been told of this, so it cannot be thrown away. Ask for it to be withdrawn.",
    lambda referral: referral.case_id is None,
)
withdrawal_asked = require(
    "The referrer has not asked to withdraw it.", lambda referral: referral.withdrawal_asked_at is not None
)
may_still_be_withdrawn = Condition(
    "No partner has said that the criteria are met, and no notification was sent.",
    lambda referral: no_partner_says_met(referral.case),
)
still_being_considered = require(
    "The criteria have been decided: nothing can be changed about the referral any more.",
    lambda referral: referral.case is not None and referral.case.stage in {Stage.SUBMITTED, Stage.SCREENING},
)
happened_elsewhere = require(
    "It happened in this partnership’s own area, so it cannot be passed to another.",
    lambda referral: referral.case is not None and not referral.happened_here,
)


def _built_on_acceptance(referral: Referral) -> Iterable[str]:
    if referral.case is None or referral.case.stage != Stage.SCREENING:
        return ["The case has gone on since: the acceptance can no longer be taken back."]
    if views_given(referral.case):
        return [
            "A partner has already given a view on the criteria: the acceptance can no longer be taken back."
        ]
    return []


nothing_built_on_acceptance = Condition(
    "No partner has given a view since the referral was accepted.", _built_on_acceptance
)


class Referral(Machine, Record):
    """One agency's account of one incident, asking the partnership to consider it.

    The case is born when it is sent; before that there is none, unless the business unit was told by
    word of mouth. `referrer` is whose it is in this service; what the business unit enters on somebody's
    behalf has none, and names who told it. Identities are on `Person`, narrative in `answers`.
    """

    thing = Thing.OWN_REFERRAL
    final_states = ENDED

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="referrals")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, blank=True, related_name="referrals")
    state = StateField(
        max_length=20,
        choices=ReferralState.choices,
        default=ReferralState.DRAFT,
        protected=True,
        editable=False,
    )
    source = models.CharField(max_length=20, choices=ReferralSource.choices, default=ReferralSource.AGENCY)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.SYSTEM)
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="referrals"
    )
    referrer = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="referrals_made"
    )
    on_behalf = models.BooleanField("entered by the business unit", default=False)
    begun_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(default=clock.now)
    referrer_name = models.CharField("name of the referrer", max_length=150, blank=True)
    referrer_job_title = models.CharField(max_length=150, blank=True)
    referrer_phone = models.CharField(max_length=40, blank=True)
    referrer_email = models.EmailField("secure e-mail address of the referrer", blank=True)
    left_to = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="referrals_left",
        verbose_name="colleague who may go on with it",
    )
    from_body = models.CharField("court, inquiry or partnership it comes from", max_length=200, blank=True)
    draft = models.OneToOneField(
        Draft, on_delete=models.PROTECT, null=True, blank=True, related_name="referral"
    )

    first_told_at = models.DateTimeField("business unit first told", null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveSmallIntegerField("times sent", default=0)
    question_set = models.CharField(max_length=20, blank=True)
    answers = models.JSONField(default=dict, blank=True)

    lead_name = models.CharField("safeguarding lead or representative", max_length=150, blank=True)
    lead_role = models.CharField(max_length=150, blank=True)
    lead_discussed_on = models.DateField(null=True, blank=True)
    lead_view = models.CharField(
        "what the referrer says the lead thinks", max_length=20, choices=LeadView.choices, blank=True
    )
    endorsement_asked_at = models.DateTimeField(null=True, blank=True)
    endorsement = models.CharField(max_length=20, choices=LeadView.choices, blank=True)
    endorsed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    endorsed_at = models.DateTimeField(null=True, blank=True)
    endorsed_version = models.PositiveIntegerField("version of the answers endorsed", default=0)
    endorsement_note = models.TextField(blank=True)
    incident_from = models.DateField(null=True, blank=True)
    incident_until = models.DateField(null=True, blank=True)
    incident_approximate = models.BooleanField(default=False)
    incident_la = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    home_la = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outside_england = models.BooleanField(default=False)
    agency_aware_on = models.DateField(null=True, blank=True)
    la_aware_at = models.DateTimeField(null=True, blank=True)
    abuse_or_neglect = models.CharField(max_length=30, choices=AbuseOrNeglect.choices, blank=True)
    outcome = models.CharField("what came of it", max_length=20, choices=Outcome.choices, blank=True)

    returned_at = models.DateTimeField(null=True, blank=True)
    returned_because = models.TextField(blank=True)
    returned_version = models.PositiveIntegerField(default=0)
    withdrawal_asked_at = models.DateTimeField(null=True, blank=True)
    withdrawal_asked_by = models.CharField(max_length=150, blank=True)
    withdrawal_reason = models.TextField(blank=True)
    withdrawal_agreed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.TextField(blank=True)
    transferred_to = models.CharField("area it was passed to", max_length=200, blank=True)
    transfer_acknowledged_by = models.CharField(max_length=150, blank=True)
    transfer_acknowledged_on = models.DateField(null=True, blank=True)

    objects = ReferralQuerySet.as_manager()

    class Meta(Record.Meta):
        ordering = ["-begun_at"]
        constraints = [
            one_of("state", ReferralState),
            one_of("source", ReferralSource),
            one_of("channel", Channel),
            one_of("abuse_or_neglect", AbuseOrNeglect, blank=True),
            one_of("outcome", Outcome, blank=True),
            one_of("lead_view", LeadView, blank=True),
            one_of("endorsement", LeadView, blank=True),
            models.CheckConstraint(
                condition=Q(endorsement="", endorsed_by__isnull=True, endorsed_at__isnull=True)
                | (~Q(endorsement="") & Q(endorsed_by__isnull=False, endorsed_at__isnull=False)),
                name="referrals_referral_endorsed_by_somebody",
            ),
            not_before("incident_until", "incident_from"),
            # What was sent belongs to a case and says when it came; a draft thrown away never had one.
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"])
                | Q(case__isnull=False, received_at__isnull=False, version__gte=1),
                name="referrals_referral_sent_has_case",
            ),
            models.CheckConstraint(
                condition=Q(on_behalf=True, referrer__isnull=True)
                | Q(on_behalf=False, referrer__isnull=False),
                name="referrals_referral_has_one_writer",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(returned_because=""),
                name="referrals_referral_returned_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["duplicate", "withdrawn", "transferred"]) | Q(ended_at__isnull=False),
                name="referrals_referral_ended_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["referrer", "-begun_at"], name="referrals_referral_by_referrer"),
            models.Index(fields=["agency", "-begun_at"], name="referrals_referral_by_agency"),
            models.Index(
                fields=["partnership", "received_at"],
                condition=Q(state__in=["submitted", "returned"]),
                name="referrals_referral_triage",
            ),
            models.Index(fields=["case"], condition=UNSETTLED, name="referrals_referral_unsettled"),
        ]

    def __str__(self) -> str:
        return f"Referral {self.case.reference}" if self.case else "Referral not sent yet"

    @property
    def needs_lead(self) -> bool:
        """Whether the partnership's prerequisite applies: only to an agency's own referral."""
        return self.source == ReferralSource.AGENCY

    @property
    def is_writable(self) -> bool:
        return self.state in WRITABLE

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    @property
    def typed(self) -> dict[str, Any]:
        """What was typed into its form, opened; empty when there is no form any more."""
        return read_answers(self.draft) if self.draft else {}

    @property
    def changed_since_endorsed(self) -> bool:
        """Whether somebody wrote in it after the lead or representative had read it."""
        return (
            bool(self.endorsement) and self.draft is not None and self.draft.version > self.endorsed_version
        )

    @property
    def happened_here(self) -> bool:
        """Whether the area of the incident is that of the partnership's own local authority."""
        assert self.case is not None
        own = self.partnership.members.current().filter(statutory="la").values_list("agency", flat=True)
        return self.case.incident_la_id in set(own)

    @transition(
        state,
        source=ReferralState.DRAFT,
        target=ReferralState.SUBMITTED,
        permission=Sends(),
        conditions=[everything_answered, dates_agree, not_notified_yet],
        custom=act("Send the referral", "2.4a Referral (T02)"),
    )
    def submit(self, *, received_at: dt.datetime) -> None:
        self.received_at = received_at
        self.version = 1

    @transition(
        state,
        source=ReferralState.DRAFT,
        target=ReferralState.ACCEPTED,
        permission=OwnBusinessUnit(),
        conditions=[everything_answered, dates_agree, la_acted_first],
        custom=act("Record that the local authority acted first", "2.4a Referral (3.4 rule 7)"),
    )
    def record_la_first(self, *, received_at: dt.datetime) -> None:
        self.received_at = received_at
        self.version = 1

    @transition(
        state,
        source=ReferralState.DRAFT,
        target=ReferralState.WITHDRAWN,
        permission=Writes(),
        conditions=[no_case_yet],
        custom=act("Throw this draft away", "2.4a Referral (T06)"),
    )
    def discard(self) -> None:
        self.ended_at = clock.now()

    @transition(
        state,
        source=ReferralState.SUBMITTED,
        target=ReferralState.RETURNED,
        permission=InCase(BUSINESS_UNIT),
        custom=act("Send back for more information", "2.4a Referral (T03)"),
    )
    def return_to_referrer(self, *, reason: str) -> None:
        self.returned_at, self.returned_because = clock.now(), reason
        self.returned_version = self.draft.version if self.draft else 0

    @transition(
        state,
        source=ReferralState.RETURNED,
        target=ReferralState.SUBMITTED,
        permission=Sends(),
        conditions=[everything_answered, dates_agree, changed_since_return],
        custom=act("Send the referral again", "2.4a Referral (T04)"),
    )
    def resubmit(self) -> None:
        self.version += 1

    @transition(
        state,
        source=[ReferralState.SUBMITTED, ReferralState.RETURNED],
        target=ReferralState.ACCEPTED,
        permission=InCase(BUSINESS_UNIT),
        custom=act("Accept the referral", "2.4a Referral (T07)"),
    )
    def accept(self) -> None:
        """The case's own guards say what must be known; the service fills it in first."""

    @transition(
        state,
        source=[ReferralState.SUBMITTED, ReferralState.RETURNED, ReferralState.ACCEPTED],
        target=ReferralState.DUPLICATE,
        permission=InCase(BUSINESS_UNIT),
        conditions=[still_being_considered],
        custom=act("Mark as a duplicate", "2.4a Referral (T05)"),
    )
    def mark_duplicate(self, *, reason: str) -> None:
        self._end(reason)

    @transition(
        state,
        source=[ReferralState.SUBMITTED, ReferralState.RETURNED, ReferralState.ACCEPTED],
        target=ReferralState.WITHDRAWN,
        permission=InCase(BUSINESS_UNIT),
        conditions=[withdrawal_asked, still_being_considered, may_still_be_withdrawn],
        custom=act("Close as withdrawn", "2.4a Referral (T06)"),
    )
    def withdraw(self, *, reason: str, agreed_by: User) -> None:
        self.withdrawal_agreed_by = agreed_by
        self._end(reason)

    @transition(
        state,
        source=[ReferralState.SUBMITTED, ReferralState.RETURNED, ReferralState.ACCEPTED],
        target=ReferralState.TRANSFERRED,
        permission=InCase(BUSINESS_UNIT | {Role.SGC}),
        conditions=[still_being_considered, happened_elsewhere],
        custom=act("Transfer to another area", "2.4a Referral (T08)"),
    )
    def transfer(self, *, to: str, acknowledged_by: str, acknowledged_on: dt.date, reason: str) -> None:
        self.transferred_to, self.transfer_acknowledged_by = to, acknowledged_by
        self.transfer_acknowledged_on = acknowledged_on
        self._end(reason)

    @transition(
        state,
        source=ReferralState.ACCEPTED,
        target=ReferralState.SUBMITTED,
        permission=InCase(BUSINESS_UNIT),
        conditions=[nothing_built_on_acceptance],
        custom=act("Take back the acceptance", "2.4a Referral (T07 in error)"),
    )
    def take_back_acceptance(self) -> None:
        """A second person confirms it; the service checks that."""

    def _end(self, reason: str) -> None:
        self.ended_at, self.ended_because = clock.now(), reason


legal_moves(Referral)


class ReferredChild(CaseRecord):
    """A child named in a referral, and the subject of the case they became; `key` is that of the form."""

    thing = Thing.IDENTITY

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="children")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="referred")
    key = models.CharField(max_length=32)
    answers = models.JSONField(default=dict, blank=True)

    class Meta(CaseRecord.Meta):
        verbose_name_plural = "referred children"
        constraints = [
            models.UniqueConstraint(fields=["referral", "key"], name="referrals_referredchild_key_once"),
            models.UniqueConstraint(fields=["referral", "subject"], name="referrals_referredchild_once"),
        ]

    def __str__(self) -> str:
        return str(self.subject)


class ReferredRelative(CaseRecord):
    """Somebody of the family named in a referral; `key` is that of the form, `answers` what does not identify them."""

    thing = Thing.IDENTITY

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="relatives")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="referred_as_relative")
    key = models.CharField(max_length=32)
    answers = models.JSONField(default=dict, blank=True)

    class Meta(CaseRecord.Meta):
        constraints = [
            models.UniqueConstraint(fields=["referral", "key"], name="referrals_referredrelative_key_once"),
            models.UniqueConstraint(fields=["referral", "subject"], name="referrals_referredrelative_once"),
        ]

    def __str__(self) -> str:
        return str(self.subject)


class QuestionAsked(CaseRecord):
    """One precise question with which a referral was sent back, and its answer.

    `place` is the page of the form on which it is answered, as `page` or `group/key/page`; empty for a question that the form
    does not ask, which is answered in words here.
    """

    thing = Thing.OWN_REFERRAL

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="questions_asked")
    words = models.CharField("question", max_length=300)
    place = models.CharField(max_length=120, blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta(CaseRecord.Meta):
        verbose_name_plural = "questions asked"
        ordering = ["asked_at", "created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_by__isnull=True, answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="referrals_questionasked_answered_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return "A question about the referral"
