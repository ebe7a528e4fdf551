"""Every deadline rule as versioned data (domain §3.3), each with its source; the rules in force at the trigger apply.

A rule's *figure* is a partnership's to choose only where `local_setting` names the setting. A duty may be law
while its figure is local: the telling is a duty, “within five working days” is not.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from deadlines.rules.chasing import Step, StepUnit
from deadlines.rules.counting import (
    Length,
    Unit,
    calendar_days,
    calendar_months,
    hours,
    same_working_day,
    working_days,
    working_days_before,
    years_at_least,
)


class Force(StrEnum):
    """What stands behind a rule."""

    LAW = "law"
    GUIDANCE = "guidance"
    LOCAL = "local"
    DESIGN = "design"


FORCE_WORDS: Final = {
    Force.LAW: "law",
    Force.GUIDANCE: "guidance",
    Force.LOCAL: "set by the partnership",
    Force.DESIGN: "good practice",
}


class Trigger(StrEnum):
    """The events that start a clock (day 0)."""

    LA_AWARE = "la_aware"
    PARTNERS_AWARE = "partners_aware"
    BUSINESS_UNIT_TOLD = "business_unit_told"
    REFERRAL_SUBMITTED = "referral_submitted"
    REFERRAL_ACCEPTED = "referral_accepted"
    SIN_SENT = "sin_sent"
    REQUEST_ISSUED = "request_issued"
    RAPID_REVIEW_SENT = "rapid_review_sent"
    NATIONAL_PANEL_LETTER = "national_panel_letter"
    LCSPR_DECIDED = "lcspr_decided"
    REVIEWER_APPOINTED = "reviewer_appointed"
    ALTERNATIVE_DECIDED = "alternative_decided"
    INFORMATION_LETTER = "information_letter"
    REVIEW_STARTED = "review_started"
    DRAFT_CIRCULATED = "draft_circulated"
    PUBLICATION_PLANNED = "publication_planned"
    FAMILY_READING_PLANNED = "family_reading_planned"
    DELAY_KNOWN = "delay_known"
    HOLD_LAST_REVIEWED = "hold_last_reviewed"
    PUBLISHED = "published"
    ACTION_PLAN_APPROVED = "action_plan_approved"
    PROGRESS_LAST_REPORTED = "progress_last_reported"
    ACTION_CLOSED = "action_closed"
    IMPACT_EVALUATED = "impact_evaluated"
    LOOKED_AFTER_DEATH_KNOWN = "looked_after_death_known"
    CARE_LEAVER_DEATH_KNOWN = "care_leaver_death_known"
    YEAR_END = "year_end"
    SUBJECT_ACCESS_REQUESTED = "subject_access_requested"
    FOI_RECEIVED = "foi_received"
    BREACH_KNOWN = "breach_known"
    CORONER_DATE = "coroner_date"
    DISCLOSURE_REQUESTED = "disclosure_requested"


TRIGGER_WORDS: Final[dict[str, str]] = {
    Trigger.LA_AWARE: "when the local authority became aware",
    Trigger.PARTNERS_AWARE: "when the partners became aware",
    Trigger.BUSINESS_UNIT_TOLD: "when the business unit was first told",
    Trigger.REFERRAL_SUBMITTED: "when the referral was submitted",
    Trigger.REFERRAL_ACCEPTED: "when the referral was accepted",
    Trigger.SIN_SENT: "when the notification was sent",
    Trigger.REQUEST_ISSUED: "when the information was asked for",
    Trigger.RAPID_REVIEW_SENT: "when the rapid review was sent to the National Panel",
    Trigger.NATIONAL_PANEL_LETTER: "when the National Panel’s letter was received",
    Trigger.LCSPR_DECIDED: "when the review was decided",
    Trigger.REVIEWER_APPOINTED: "when the reviewer was appointed",
    Trigger.ALTERNATIVE_DECIDED: "when the alternative review was decided",
    Trigger.INFORMATION_LETTER: "when the information letter was sent",
    Trigger.REVIEW_STARTED: "when the review started or was last checked",
    Trigger.DRAFT_CIRCULATED: "when the draft was circulated",
    Trigger.PUBLICATION_PLANNED: "the planned publication date",
    Trigger.FAMILY_READING_PLANNED: "the planned publication date",
    Trigger.DELAY_KNOWN: "when the delay or the decision not to publish was recorded",
    Trigger.HOLD_LAST_REVIEWED: "when the hold began or was last reviewed",
    Trigger.PUBLISHED: "when the report was published",
    Trigger.ACTION_PLAN_APPROVED: "when the action plan was approved",
    Trigger.PROGRESS_LAST_REPORTED: "when the plan was approved, the report published or progress last reported",
    Trigger.ACTION_CLOSED: "when the action was closed",
    Trigger.IMPACT_EVALUATED: "when the impact was last evaluated",
    Trigger.LOOKED_AFTER_DEATH_KNOWN: "when the local authority became aware of the death",
    Trigger.CARE_LEAVER_DEATH_KNOWN: "when the local authority became aware of the death",
    Trigger.YEAR_END: "when the reporting year ended",
    Trigger.SUBJECT_ACCESS_REQUESTED: "when the request and the identity were confirmed",
    Trigger.FOI_RECEIVED: "when the request was received",
    Trigger.BREACH_KNOWN: "when the breach became known",
    Trigger.CORONER_DATE: "the date given in the notice",
    Trigger.DISCLOSURE_REQUESTED: "when the request was received",
}

# Role codes of those who owe an act or are told of it. Those of accounts that split by agency are joined
# here: `dsp` is each of the three, `relevant_dsp` the one of the agency concerned, `lsp` each lead partner.
OWNERS: Final = frozenset(
    {"lan", "bu", "rep", "dsp", "sgc", "alo", "family_lead", "reviewer", "aa", "pc", "legal"}
)
TOLD_ROLES: Final = OWNERS | {"dsl", "ic", "lsp", "sg", "relevant_dsp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVersion:
    """One rule, as it stood from `effective_from` to `effective_to` (both included; None: still).

    `trigger` is the event in force once settings are applied; `anchors` are the events a partnership may
    choose between, by the setting `anchor_setting`. `owed_by` is a role code and `told` names bodies and
    roles in words. `built` says that a record of this release starts the clock; otherwise `waits_for` names what
    that waits for. `opt_in` rules run only where the partnership has set a figure. `office_hours` rules count a
    trigger after closing as the next day's.
    """

    code: str
    version: str
    name: str
    trigger: Trigger
    length: Length
    owed_by: str
    told: tuple[str, ...]
    force: Force
    source: str
    effective_from: dt.date
    effective_to: dt.date | None = None
    anchors: tuple[Trigger, ...] = ()
    anchor_setting: str | None = None
    local_setting: str | None = None
    limit: int | None = None
    opt_in: bool = False
    office_hours: bool = False
    calendar: str = "England and Wales"
    built: bool = False
    waits_for: str = ""
    reminders: tuple[Step, ...] = ()
    missed: tuple[Step, ...] = ()
    consequence: str = ""

    @property
    def unit(self) -> Unit:
        """What the length is counted in."""
        return self.length.unit

    @property
    def statutory(self) -> bool:
        """Law or guidance: it cannot be extended here, only explained (domain §3.4.5)."""
        return self.force in {Force.LAW, Force.GUIDANCE}

    @property
    def force_words(self) -> str:
        """The force, as a reader is told it."""
        return FORCE_WORDS[self.force]

    @property
    def trigger_words(self) -> str:
        """What happened on day 0, to follow its date."""
        return TRIGGER_WORDS[self.trigger]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Reminders and escalations, in order of time."""
        return self.reminders + self.missed

    def in_force_on(self, on: dt.date) -> bool:
        """Whether this version governs a trigger on a day."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)


class NoRuleInForceError(LookupError):
    """No version of a rule governs that day, or there is no such rule."""


# Children and Social Work Act 2017 and the 2018 Regulations: the duties below begin here.
ARRANGEMENTS_BEGAN: Final = dt.date(2018, 6, 29)
WT2023_BEGAN: Final = dt.date(2023, 12, 15)
_WT2018_ENDED: Final = dt.date(2023, 12, 14)
# The National Panel's guidance gives a month, not a day; the first of it is taken.
_PANEL_2019: Final = dt.date(2019, 4, 1)
_PANEL_2022: Final = dt.date(2022, 9, 1)
_PANEL_2025: Final = dt.date(2025, 6, 1)

LOCAL_LENGTHS: Final = "local_lengths"
WRITTEN_WITHIN_HOURS: Final = "written_within_hours"
RAPID_REVIEW_ANCHOR: Final = "rr_anchor"


def _wd(offset: int, *tell: str) -> Step:
    return Step(offset, StepUnit.WORKING_DAYS, tell)


def _d(offset: int, *tell: str) -> Step:
    return Step(offset, StepUnit.DAYS, tell)


def _h(offset: int, *tell: str) -> Step:
    return Step(offset, StepUnit.HOURS, tell)


def _statutory_reminders(owner: str) -> tuple[Step, ...]:
    """Two working days before, one before, and on the morning of the day itself (domain §2.8)."""
    tell = tuple(dict.fromkeys((owner, "bu", "sgc", "dsp")))
    return (_wd(-2, *tell), _wd(-1, *tell), Step(0, StepUnit.MORNING_OF, tell))


_NOTICE_MISSED = (
    _wd(0, "lan", "dsp", "bu", "sgc"),
    _wd(1, "lsp", "ic"),
    # Into the partners' daily e-mail from the third working day, for as long as it is owed (domain §3.3a).
    Step(3, StepUnit.WORKING_DAYS, ("dsp",), every=1, by_digest=True),
)
_LOCAL_MISSED = (_wd(1, "sgc"), _wd(3, "relevant_dsp"))


def _local_missed(owner: str) -> tuple[Step, ...]:
    return (_wd(0, *dict.fromkeys((owner, "bu"))), *_LOCAL_MISSED)


def _across_guidance(rule: RuleVersion, source_2018: str) -> tuple[RuleVersion, RuleVersion]:
    """The same rule under Working Together 2018 and under that of 2023."""
    return (
        replace(rule, version="Working Together 2018", source=source_2018, effective_to=_WT2018_ENDED),
        replace(rule, effective_from=WT2023_BEGAN),
    )


def _local(
    code: str,
    name: str,
    trigger: Trigger,
    length: Length,
    owed_by: str,
    *,
    told: tuple[str, ...],
    **more: Any,
) -> RuleVersion:
    """A rule whose figure is the partnership's; `more` overrides any other field."""
    settled: dict[str, Any] = {
        "version": "local practice",
        "force": Force.LOCAL,
        "source": "Local practice; no national figure",
        "effective_from": ARRANGEMENTS_BEGAN,
        "local_setting": LOCAL_LENGTHS,
        "reminders": (_wd(-1, owed_by),),
        "missed": _local_missed(owed_by),
    }
    return RuleVersion(
        code=code, name=name, trigger=trigger, length=length, owed_by=owed_by, told=told, **(settled | more)
    )


_NOTIFICATION = (
    *_across_guidance(
        RuleVersion(
            code="DL-01",
            version="Working Together 2023",
            name="Serious incident notification sent to the National Panel",
            trigger=Trigger.LA_AWARE,
            length=working_days(5),
            owed_by="lan",
            told=("the National Panel", "DfE", "Ofsted"),
            force=Force.LAW,
            source="Children Act 2004 s16C; Working Together 2023 ch. 5; GOV.UK, report a serious child "
            "safeguarding incident (5 working days)",
            effective_from=ARRANGEMENTS_BEGAN,
            built=True,
            reminders=_statutory_reminders("lan"),
            missed=_NOTICE_MISSED,
            consequence="It is still owed, and a reason for lateness is recorded when it is sent.",
        ),
        "Children Act 2004 s16C; Working Together 2018 ch. 4; GOV.UK, report a serious child safeguarding "
        "incident (5 working days)",
    ),
    *_across_guidance(
        RuleVersion(
            code="DL-02",
            version="Working Together 2023",
            name="Safeguarding partners here and elsewhere told of the incident",
            trigger=Trigger.LA_AWARE,
            length=working_days(5),
            owed_by="lan",
            told=("the safeguarding partners", "the other area’s partnership"),
            force=Force.GUIDANCE,
            source="Working Together 2023 ch. 5; GOV.UK, report a serious child safeguarding incident",
            effective_from=ARRANGEMENTS_BEGAN,
            built=True,
            reminders=_statutory_reminders("lan"),
            missed=_NOTICE_MISSED,
            consequence="It is still owed, and a reason for lateness is recorded.",
        ),
        "Working Together 2018 ch. 4; GOV.UK, report a serious child safeguarding incident",
    ),
    _local(
        "DL-03",
        "Oral notice confirmed in writing",
        Trigger.BUSINESS_UNIT_TOLD,
        hours(48),
        "rep",
        told=("the business unit",),
        source="Bedford Borough: confirm in writing on the form within 48 hours",
        local_setting=WRITTEN_WITHIN_HOURS,
        opt_in=True,
        built=True,
        reminders=(_h(-24, "rep", "dsl"),),
        missed=(_h(0, "rep", "dsl"), _h(24, "sgc"), _wd(3, "relevant_dsp")),
        consequence="It is a local measure only and never delays the notification.",
    ),
    *_across_guidance(
        RuleVersion(
            code="DL-26",
            version="Working Together 2023",
            name="Death of a looked-after child notified",
            trigger=Trigger.LOOKED_AFTER_DEATH_KNOWN,
            length=working_days(5),
            owed_by="lan",
            told=("the Secretary of State", "Ofsted"),
            force=Force.LAW,
            source="Working Together 2023 ch. 5; GOV.UK, report a serious child safeguarding incident",
            effective_from=ARRANGEMENTS_BEGAN,
            built=True,
            reminders=_statutory_reminders("lan"),
            missed=_NOTICE_MISSED,
            consequence="It is still owed, and a reason for lateness is recorded when it is sent.",
        ),
        "Working Together 2018 ch. 4; GOV.UK, report a serious child safeguarding incident",
    ),
    RuleVersion(
        code="DL-27",
        version="Working Together 2023",
        name="Death of a care leaver notified",
        trigger=Trigger.CARE_LEAVER_DEATH_KNOWN,
        length=working_days(5),
        owed_by="lan",
        told=("the Secretary of State", "Ofsted"),
        force=Force.GUIDANCE,
        source="Working Together 2023 ch. 5: care leavers up to and including 24",
        effective_from=WT2023_BEGAN,
        built=True,
        reminders=_statutory_reminders("lan"),
        missed=_NOTICE_MISSED,
        consequence="It is still owed, and a reason for lateness is recorded when it is sent.",
    ),
    _local(
        "DL-36",
        "Copy of the notification given to the business unit",
        Trigger.SIN_SENT,
        same_working_day(),
        "lan",
        told=("the business unit",),
        source="Local practice (North East Lincolnshire: the same day)",
        local_setting=None,
        waits_for="a record of the copy: here the business unit sees the notification as soon as it is recorded",
        reminders=(),
        missed=(_wd(0, "lan", "bu"),),
    ),
)

_RAPID_REVIEW = (
    _local(
        "DL-04",
        "Referral acknowledged",
        Trigger.REFERRAL_SUBMITTED,
        working_days(1),
        "bu",
        told=("the referrer",),
        office_hours=True,
        built=True,
        reminders=(),
    ),
    _local(
        "DL-04c",
        "Referral checked for completeness",
        Trigger.REFERRAL_SUBMITTED,
        working_days(2),
        "bu",
        told=("the referrer",),
        office_hours=True,
        built=True,
        reminders=(),
    ),
    _local(
        "DL-05",
        "Criteria discussed by the three partners",
        Trigger.REFERRAL_ACCEPTED,
        working_days(2),
        "bu",
        told=("the sub-group chair", "the independent chair"),
        office_hours=True,
        source="Local practice (South Tyneside: 1 working day); never later than one working day before DL-01",
        built=True,
    ),
    _local(
        "DL-06",
        "Agencies sent letters and forms",
        Trigger.SIN_SENT,
        working_days(1),
        "bu",
        told=("the agencies",),
        source="Local practice (Devon, Dorset)",
        built=True,
        reminders=(),
    ),
    _local(
        "DL-07",
        "Agency’s information returned",
        Trigger.REQUEST_ISSUED,
        working_days(5),
        "rep",
        told=("the business unit",),
        source="Local practice (Devon: working days 2 to 10)",
        built=True,
        reminders=(_wd(-1, "rep", "dsl"),),
        missed=(_wd(0, "rep", "dsl", "bu"), *_LOCAL_MISSED),
        consequence="The sub-group chair may extend it or go ahead without, recording the gap.",
    ),
    _local(
        "DL-08",
        "Rapid review meeting held",
        Trigger.SIN_SENT,
        working_days(10),
        "sgc",
        told=("the delegated safeguarding partners",),
        source="Local practice (Dorset: working days 10 to 12)",
        built=True,
    ),
    _local(
        "DL-09",
        "Rapid review signed off by the partners",
        Trigger.SIN_SENT,
        working_days(14),
        "dsp",
        told=("the business unit",),
        source="Local practice (Devon: day 14; Dorset: working days 12 to 15)",
        built=True,
    ),
)


def _rapid_review_sent(
    version: str, trigger: Trigger, source: str, from_: dt.date, to: dt.date | None
) -> RuleVersion:
    return RuleVersion(
        code="DL-10",
        version=version,
        name="Rapid review completed and sent to the National Panel",
        trigger=trigger,
        anchors=(Trigger.SIN_SENT, Trigger.PARTNERS_AWARE),
        anchor_setting=RAPID_REVIEW_ANCHOR,
        length=working_days(15),
        owed_by="bu",
        told=("the National Panel",),
        force=Force.GUIDANCE,
        source=source,
        effective_from=from_,
        effective_to=to,
        built=True,
        reminders=_statutory_reminders("bu"),
        missed=(_wd(0, "dsp", "ic", "bu", "sgc"), _wd(1, "lsp")),
        consequence="It is still sent, with the reason and the day the National Panel was told of the delay.",
    )


_DAY = dt.timedelta(days=1)
_RAPID_REVIEW_SENT = (
    _rapid_review_sent(
        "Working Together 2018",
        Trigger.SIN_SENT,
        "Working Together 2018 ch. 4; the National Panel’s first guidance (15 working days)",
        ARRANGEMENTS_BEGAN,
        _PANEL_2019 - _DAY,
    ),
    _rapid_review_sent(
        "National Panel guidance 2019",
        Trigger.SIN_SENT,
        "National Panel practice guidance, April 2019 (15 working days)",
        _PANEL_2019,
        _PANEL_2022 - _DAY,
    ),
    _rapid_review_sent(
        "National Panel guidance 2022",
        Trigger.SIN_SENT,
        "National Panel guidance for safeguarding partners, September 2022 (15 working days)",
        _PANEL_2022,
        _PANEL_2025 - _DAY,
    ),
    _rapid_review_sent(
        "National Panel guidance 2025",
        Trigger.SIN_SENT,
        "National Panel guidance for safeguarding partners, June 2025 (15 working days from the notification)",
        _PANEL_2025,
        None,
    ),
)

_NATIONAL_PANEL = (
    _local(
        "DL-11",
        "National Panel’s reply expected",
        Trigger.RAPID_REVIEW_SENT,
        working_days(10),
        "bu",
        told=("the business unit",),
        source="Kent: the National Panel replies in approximately 10 days; no national figure",
        built=True,
        reminders=(),
        missed=(_wd(0, "bu"), _wd(5, "bu")),
        consequence="The business unit asks the National Panel’s secretariat.",
    ),
    _local(
        "DL-12",
        "National Panel’s request for information answered",
        Trigger.NATIONAL_PANEL_LETTER,
        working_days(10),
        "bu",
        told=("the National Panel",),
        force=Force.LAW,
        source="Children Act 2004 s16D (the duty to supply); the date in the letter comes first, the figure is local",
        built=True,
        missed=(_wd(0, "dsp", "ic"), _wd(1, "lsp")),
    ),
    _local(
        "DL-13",
        "Decision reconsidered after the National Panel’s letter",
        Trigger.NATIONAL_PANEL_LETTER,
        working_days(10),
        "dsp",
        told=("the National Panel", "the independent chair"),
        built=True,
        missed=(_wd(0, "dsp", "ic"), _wd(1, "lsp")),
    ),
)

_REVIEW = (
    *_across_guidance(
        RuleVersion(
            code="DL-14",
            version="Working Together 2023",
            name="Local child safeguarding practice review completed and published",
            trigger=Trigger.LCSPR_DECIDED,
            length=calendar_months(6),
            owed_by="dsp",
            told=(),
            force=Force.GUIDANCE,
            source="Working Together 2023 ch. 5: within six months of the decision to initiate a review",
            effective_from=ARRANGEMENTS_BEGAN,
            built=True,
            reminders=(_d(-28, "dsp", "bu", "sgc"), *_statutory_reminders("dsp")),
            missed=(
                _wd(0, "dsp", "lsp", "ic", "bu", "sgc"),
                Step(1, StepUnit.MONTHS, ("dsp", "lsp", "ic"), every=1),
            ),
            consequence="It is held only by a hold and a dated letter of reasons to the National Panel and the "
            "Secretary of State.",
        ),
        "Working Together 2018 ch. 4: within six months of the decision to initiate a review",
    ),
    _local(
        "DL-15",
        "National Panel, Ofsted and DfE told that a review is starting",
        Trigger.LCSPR_DECIDED,
        working_days(5),
        "bu",
        told=("the National Panel", "Ofsted", "DfE"),
        version="Working Together 2018 and 2023",
        force=Force.GUIDANCE,
        source="Buckinghamshire LCSPR leaflet (who is told); guidance: as soon as determined; the figure is local",
        built=True,
        reminders=_statutory_reminders("bu"),
        missed=(_wd(0, "bu", "sgc", "dsp"), _wd(1, "ic")),
    ),
    _local(
        "DL-15n",
        "National Panel, Ofsted and DfE told the reviewer’s name",
        Trigger.REVIEWER_APPOINTED,
        working_days(5),
        "bu",
        told=("the National Panel", "Ofsted", "DfE"),
        version="Working Together 2018 and 2023",
        force=Force.GUIDANCE,
        source="Guidance: the reviewer’s name when known; the figure is local",
        built=True,
        reminders=_statutory_reminders("bu"),
        missed=(_wd(0, "bu", "sgc"),),
    ),
    _local(
        "DL-16",
        "Agency chronology returned",
        Trigger.INFORMATION_LETTER,
        working_days(15),
        "aa",
        told=("the business unit", "the review panel chair"),
        built=True,
    ),
    _local(
        "DL-16r",
        "Agency report returned",
        Trigger.INFORMATION_LETTER,
        working_days(30),
        "aa",
        told=("the business unit", "the review panel chair"),
        waits_for="the agency report as a record of its own",
    ),
    _local(
        "DL-17",
        "Progress and quality of the reviewer’s work checked",
        Trigger.REVIEW_STARTED,
        calendar_days(28),
        "dsp",
        told=("the sub-group",),
        version="2018 Regulations",
        force=Force.LAW,
        source="Child Safeguarding Practice Review and Relevant Agency (England) Regulations 2018 reg. 14; the "
        "interval is local",
        built=True,
        missed=(_wd(0, "bu"), _wd(1, "sgc"), _wd(3, "dsp")),
    ),
    _local(
        "DL-18",
        "Comments on factual accuracy given",
        Trigger.DRAFT_CIRCULATED,
        working_days(10),
        "rep",
        told=("the review panel chair", "the reviewer"),
        built=True,
    ),
    _local(
        "DL-20",
        "Family sees the report before publication",
        Trigger.FAMILY_READING_PLANNED,
        working_days_before(10),
        "family_lead",
        told=("the review panel chair",),
        source="Buckinghamshire’s commitments to families; the figure is local",
        force=Force.DESIGN,
        built=True,
    ),
    _local(
        "DL-24",
        "Alternative review completed",
        Trigger.ALTERNATIVE_DECIDED,
        calendar_months(4),
        "sgc",
        told=("the sub-group",),
        built=True,
    ),
)

_PUBLICATION = (
    RuleVersion(
        code="DL-19",
        version="2018 Regulations",
        name="Report copied to the National Panel, the Secretary of State and Ofsted before publication",
        trigger=Trigger.PUBLICATION_PLANNED,
        length=working_days_before(7),
        owed_by="bu",
        told=("the National Panel", "DfE", "Ofsted"),
        force=Force.LAW,
        source="2018 Regulations (National Panel, Secretary of State); Working Together ch. 5 (Ofsted); at least "
        "7 working days before publication",
        effective_from=ARRANGEMENTS_BEGAN,
        built=True,
        reminders=_statutory_reminders("bu"),
        missed=(_wd(0, "bu", "dsp"),),
        consequence="Publication is blocked, unless the three partners publish in breach with a reason.",
    ),
    RuleVersion(
        code="DL-21",
        version="Working Together 2018 and 2023",
        name="Reasons for delay or for not publishing sent to the National Panel and the Secretary of State",
        trigger=Trigger.DELAY_KNOWN,
        length=same_working_day(),
        owed_by="dsp",
        told=("the National Panel", "DfE"),
        force=Force.GUIDANCE,
        source="Working Together ch. 5: reasons for delay are given to the National Panel and the Secretary of "
        "State; at once, and before DL-14",
        effective_from=ARRANGEMENTS_BEGAN,
        built=True,
        missed=(_wd(0, "dsp", "bu"), _wd(1, "lsp", "ic")),
    ),
    _local(
        "DL-21h",
        "Hold on publication reviewed",
        Trigger.HOLD_LAST_REVIEWED,
        calendar_months(3),
        "dsp",
        told=("the sub-group chair",),
        force=Force.DESIGN,
        source="Good practice: a hold is reviewed at least every three months",
        limit=3,
        built=True,
        reminders=(_wd(-2, "dsp", "bu"),),
        missed=(_wd(0, "dsp", "bu"), _wd(1, "sgc")),
    ),
    RuleVersion(
        code="DL-22",
        version="2018 Regulations",
        name="Report stays public",
        trigger=Trigger.PUBLISHED,
        length=years_at_least(1),
        owed_by="bu",
        told=(),
        force=Force.LAW,
        source="2018 Regulations; Manchester: reports public for at least 12 months",
        effective_from=ARRANGEMENTS_BEGAN,
        built=True,
        consequence="Taking it down earlier is blocked, unless a court orders it.",
    ),
    _local(
        "DL-37",
        "Copy given to the NSPCC repository",
        Trigger.PUBLISHED,
        working_days(5),
        "bu",
        told=("the NSPCC",),
        force=Force.DESIGN,
        source="Good practice: the NSPCC keeps the national repository; the figure is local",
        built=True,
    ),
)

_AFTERWARDS = (
    _local(
        "DL-23",
        "Progress on recommendations reported",
        Trigger.PROGRESS_LAST_REPORTED,
        calendar_months(3),
        "alo",
        told=("the sub-group", "the executive", "the independent chair"),
        version="Working Together 2018 and 2023",
        force=Force.GUIDANCE,
        source="Working Together ch. 5: partners monitor and follow up; quarterly is local",
        built=True,
        reminders=(_d(-14, "alo"), _d(-3, "alo")),
        missed=(_wd(0, "alo", "rep"), _d(14, "sgc"), _d(30, "relevant_dsp")),
    ),
    _local(
        "DL-25",
        "Impact evaluated",
        Trigger.ACTION_CLOSED,
        calendar_months(6),
        "alo",
        told=("the executive",),
        reminders=(_d(-14, "alo"),),
        waits_for="the impact evaluation as a record of its own",
        missed=(_wd(0, "alo", "rep"), _d(14, "sgc"), _d(30, "relevant_dsp")),
    ),
    _local(
        "DL-25s",
        "Impact evaluated a second time",
        Trigger.ACTION_CLOSED,
        calendar_months(12),
        "alo",
        told=("the executive",),
        reminders=(_d(-14, "alo"),),
        waits_for="the impact evaluation as a record of its own",
        missed=(_wd(0, "alo", "rep"), _d(14, "sgc"), _d(30, "relevant_dsp")),
    ),
    RuleVersion(
        code="DL-29",
        version="Working Together 2023",
        name="Yearly report published",
        trigger=Trigger.YEAR_END,
        length=calendar_months(6),
        owed_by="bu",
        told=("the National Panel", "the what-works centre"),
        force=Force.LAW,
        source="Working Together 2023: at least once in every 12 months, published by the end of September",
        effective_from=WT2023_BEGAN,
        waits_for="the yearly report as a record",
        reminders=(_d(-28, "bu"),),
        missed=(_wd(0, "bu", "lsp"),),
    ),
)

_INFORMATION = (
    RuleVersion(
        code="DL-30",
        version="UK GDPR",
        name="Subject access request answered",
        trigger=Trigger.SUBJECT_ACCESS_REQUESTED,
        length=calendar_months(1),
        owed_by="bu",
        told=("the person who asked",),
        force=Force.LAW,
        source="UK GDPR art. 12(3): one month, two more if complex",
        effective_from=ARRANGEMENTS_BEGAN,
        waits_for="the register of requests for information",
        missed=(_wd(0, "bu"),),
    ),
    RuleVersion(
        code="DL-31",
        version="Freedom of Information Act 2000",
        name="Freedom of information request answered",
        trigger=Trigger.FOI_RECEIVED,
        length=working_days(20),
        owed_by="bu",
        told=("the person who asked",),
        force=Force.LAW,
        source="Freedom of Information Act 2000 s10; a bank holiday anywhere in the United Kingdom is not counted",
        effective_from=ARRANGEMENTS_BEGAN,
        waits_for="the register of requests for information",
        calendar="United Kingdom",
        missed=(_wd(0, "bu"),),
    ),
    RuleVersion(
        code="DL-32",
        version="UK GDPR",
        name="Personal data breach reported to the Information Commissioner",
        trigger=Trigger.BREACH_KNOWN,
        length=hours(72),
        owed_by="bu",
        told=("the Information Commissioner",),
        force=Force.LAW,
        source="UK GDPR art. 33: within 72 hours of becoming aware",
        effective_from=ARRANGEMENTS_BEGAN,
        waits_for="the register of personal data breaches",
        reminders=(_h(-48, "bu"), _h(-24, "bu")),
        missed=(_h(0, "bu"),),
    ),
    RuleVersion(
        code="DL-33",
        version="Coroners and Justice Act 2009",
        name="Coroner’s request answered",
        trigger=Trigger.CORONER_DATE,
        length=calendar_days(0),
        owed_by="legal",
        told=("the coroner",),
        force=Force.LAW,
        source="Coroners and Justice Act 2009 sch. 5: the date in the notice",
        effective_from=ARRANGEMENTS_BEGAN,
        waits_for="the register of coroners’ requests",
        reminders=(_wd(-2, "legal", "bu"),),
        missed=(_wd(0, "legal", "bu"),),
    ),
    _local(
        "DL-35",
        "Police or prosecutor’s request for disclosure answered",
        Trigger.DISCLOSURE_REQUESTED,
        calendar_days(14),
        "legal",
        told=("the police", "the Crown Prosecution Service"),
        source="2013 protocol on disclosure in child-abuse cases: 14 days, taken as the usual figure",
        waits_for="the register of disclosure requests",
    ),
)

# Not here: DL-10x (an act without a date), DL-28 (the retention schedule has its own table) and DL-34
# (outside this service: a reminder on the form only).
CATALOGUE: Final[tuple[RuleVersion, ...]] = (
    *_NOTIFICATION,
    *_RAPID_REVIEW,
    *_RAPID_REVIEW_SENT,
    *_NATIONAL_PANEL,
    *_REVIEW,
    *_PUBLICATION,
    *_AFTERWARDS,
    *_INFORMATION,
)
# A clock that is never due later than so many working days before another of the same case.
CAPPED: Final[Mapping[str, tuple[str, int]]] = {"DL-05": ("DL-01", 1)}
# Statutory clocks whose day is set by the letter that starts them, where it names one.
SET_BY_LETTER: Final = frozenset({"DL-12"})

CODES: Final = tuple(dict.fromkeys(rule.code for rule in CATALOGUE))
BUILT: Final = tuple(dict.fromkeys(rule.code for rule in CATALOGUE if rule.built))


def versions(code: str) -> tuple[RuleVersion, ...]:
    """Every version of a rule, oldest first; empty if there is no such rule."""
    return tuple(
        sorted((rule for rule in CATALOGUE if rule.code == code), key=lambda rule: rule.effective_from)
    )


def rule_for(code: str, on: dt.date, partnership_settings: Mapping[str, Any]) -> RuleVersion | None:
    """The version of a rule that governs a trigger on a day, with the partnership's own figure and anchor.

    `partnership_settings` may hold `local_lengths` ({code: amount}), `written_within_hours` and `rr_anchor`; a
    figure left out or None is the catalogue's. None means this partnership does not run that clock (an
    `opt_in` rule without a figure). Raises NoRuleInForceError if nothing governs the day, ValueError for a
    figure or an anchor the rule does not allow.
    """
    for rule in versions(code):
        if rule.in_force_on(on):
            return adapted(rule, partnership_settings)
    raise NoRuleInForceError(f"No version of {code} is in force on {on.isoformat()}.")


def adapted(rule: RuleVersion, partnership_settings: Mapping[str, Any]) -> RuleVersion | None:
    """A rule with the partnership's own figure and anchor; see `rule_for` for settings, None and errors."""
    chosen = _chosen_amount(rule, partnership_settings)
    if chosen is None and rule.opt_in:
        return None
    rule = _with_anchor(rule, partnership_settings)
    return rule if chosen is None else replace(rule, length=_checked(rule, chosen))


def _chosen_amount(rule: RuleVersion, settings: Mapping[str, Any]) -> object:
    if rule.local_setting is None:
        return None
    value = settings.get(rule.local_setting)
    return (value or {}).get(rule.code) if rule.local_setting == LOCAL_LENGTHS else value


def _checked(rule: RuleVersion, amount: object) -> Length:
    if not isinstance(amount, int) or isinstance(amount, bool) or not 1 <= amount <= (rule.limit or 400):
        raise ValueError(f"{rule.code} needs a whole number from 1 to {rule.limit or 400}.")
    return Length(amount, rule.unit)


def _with_anchor(rule: RuleVersion, settings: Mapping[str, Any]) -> RuleVersion:
    chosen = settings.get(rule.anchor_setting) if rule.anchor_setting else None
    if not chosen:
        return rule
    if chosen not in rule.anchors:
        raise ValueError(f"{rule.code} cannot count from “{chosen}”.")
    return replace(rule, trigger=Trigger(chosen))
