"""From the referral to the notification."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field

from accounts.models import Agency, User
from accounts.roles import Role
from casework.drafts import read_answers, save_draft
from casework.models import Case, Draft, Outcome
from decisions import services as decisions
from decisions.kinds import CriteriaOutcome
from decisions.models import Decision, DeclarationOutcome
from decisions.models.declaration import QUESTIONS
from demo.diary import Day, Story
from demo.papers import paper
from demo.scene import Scene, act, everyone_opens, today
from rapid_review.models import RapidReview
from rapid_review.services import open_rapid_review
from referrals import services
from referrals.models import AbuseOrNeglect, Referral, SeriousIncidentNotification
from referrals.standing import pending_criteria


@dataclass(frozen=True)
class Child:
    """A child of a story, who never lived."""

    forenames: str
    surname: str
    born_on: dt.date | None
    outcome: Outcome = Outcome.SERIOUSLY_HARMED
    nhs_number: str = ""
    expected_on: dt.date | None = None
    sex: str = "not_known"
    ethnicity: str = "not_known"
    education: str = "not_known"
    legal_status: str = "none"
    social_care: str = "not_known"
    placement: str = ""

    def answers(self, *, died_on: dt.date) -> dict[str, object]:
        birth = "born" if self.born_on else "unborn" if self.expected_on else "not_known"
        found: dict[str, object] = {
            "key": uuid.uuid4().hex,
            "forenames": self.forenames,
            "surname": self.surname,
            "birth": birth,
            "born_on": self.born_on.isoformat() if self.born_on else None,
            "expected_on": self.expected_on.isoformat() if self.expected_on else None,
            "nhs_number": self.nhs_number,
            "outcome": self.outcome.value,
            "sex": self.sex,
            "ethnicity": self.ethnicity,
            "disability": ["none"],
            "address_not_known": True,
            "education": self.education,
            "school_not_known": True,
            "legal_status": self.legal_status,
            "csc_status": self.social_care,
        }
        if self.placement:
            found |= {"placement": self.placement, "responsible_la": "not_known"}
        if self.outcome == Outcome.DIED:
            found |= {"died_on": died_on.isoformat(), "cause_of_death": "not_known"}
        if self.outcome == Outcome.SERIOUSLY_HARMED:
            found |= {"condition": "in_hospital"}
        return found


@dataclass(frozen=True)
class Relative:
    """Somebody of the family of a story."""

    relation: str
    forenames: str
    surname: str
    safe: str = ""

    def answers(self) -> dict[str, object]:
        return {
            "key": uuid.uuid4().hex,
            "forenames": self.forenames,
            "surname": self.surname,
            "relation": self.relation,
            "born_on_not_known": True,
            "lived_with": "yes",
            **(
                {"also_harmed": "no", "kept_safe": self.safe}
                if self.relation == "sibling"
                else {"parental_responsibility": "yes"}
            ),
        }


@dataclass(frozen=True)
class Incident:
    """What happened, as those who refer it put it into words."""

    children: tuple[Child, ...]
    account: str
    harm: str
    abuse: str
    agencies: str
    safety: str
    on: dt.date
    la_aware_at: dt.datetime | None = None
    outcome: Outcome = Outcome.SERIOUSLY_HARMED
    abuse_or_neglect: AbuseOrNeglect = AbuseOrNeglect.SUSPECTED
    safe_now: str = "yes"
    approximate: bool = False
    harm_types: tuple[str, ...] = ("physical",)
    place: str = "family_home"
    family: tuple[Relative, ...] = ()
    learning: str = "More than one agency knew a part of it, and nobody knew all."
    more: dict[str, object] = field(default_factory=dict)


def answers_of(scene: Scene, incident: Incident, *, on: dt.date, lead: str = "") -> dict[str, object]:
    """Every question of a referral that must be answered, answered."""
    aware = max(incident.on, on - dt.timedelta(days=1))
    return {
        **({"lead_name": lead, "lead_discussed_on": on.isoformat(), "lead_view": "supports"} if lead else {}),
        "told": "no",
        "children": [child.answers(died_on=incident.on) for child in incident.children],
        "family": [relative.answers() for relative in incident.family],
        "family_known": "not_known",
        "agencies": [
            {"key": uuid.uuid4().hex, "agency": "other", "agency_name": name.strip()}
            for name in incident.agencies.rstrip(".").split(",")
            if name.strip()
        ],
        "agencies_known": "not_known",
        "account": incident.account,
        "incident_when": "one_day",
        "incident_from": incident.on.isoformat(),
        "incident_exact": "estimate" if incident.approximate else "exact",
        "outside_england": "no",
        "incident_la": str(scene.council.pk),
        "home_la": str(scene.council.pk),
        "place": incident.place,
        "agency_aware_on": aware.isoformat(),
        "la_aware": "yes" if incident.la_aware_at else "not_known",
        "la_aware_at": incident.la_aware_at.isoformat() if incident.la_aware_at else None,
        "harm_types": list(incident.harm_types),
        "abuse_or_neglect": incident.abuse_or_neglect.value,
        "abuse_or_neglect_because": incident.abuse,
        "outcome": incident.outcome.value,
        "outcome_because": incident.harm,
        "review_asked": ["lcspr"],
        "learning": incident.learning,
        "safe_now": incident.safe_now,
        "safety_actions": incident.safety,
        "processes": ["not_known"],
        "notified": ["police", "social_care"],
        "media": "no",
        "family_informed": "not_known",
        **incident.more,
    }


def referred(
    scene: Scene, day: Day, incident: Incident, *, by: User, agency: Agency, lead: str = ""
) -> Story[Referral]:
    """An agency begins a referral in the morning and sends it before the evening."""
    yield day.at(10, 5)
    referral = act(services.begin_referral, scene.partnership, by=by, agency=agency)
    typed = answers_of(scene, incident, on=day.on, lead=lead)
    draft = _typed(referral, typed, by)
    yield day.at(11, 40)
    return act(services.submit_referral, referral, by=by, version=draft.version, on=today())


def _typed(referral: Referral, typed: dict[str, object], by: User) -> Draft:
    """What was typed, beside who refers, which the service knows already."""
    assert referral.draft is not None
    who = {"referrer_job_title": by.job_title or "Practitioner", "referrer_phone": by.phone or "01632 960123"}
    answers = {**who, **read_answers(referral.draft), **typed}
    return act(save_draft, referral.draft, answers=answers, version=referral.draft.version, by=by)


def accepted(
    scene: Scene,
    moment: dt.datetime,
    referral: Referral,
    *,
    pseudonym: str,
    la_aware_at: dt.datetime,
    home_la: Agency | None = None,
) -> Story[Case]:
    """The business unit reads the referral, settles when the local authority became aware, and accepts it."""
    yield moment
    assert referral.case is not None
    everyone_opens(referral.case)
    referral = act(
        services.accept_referral,
        referral,
        by=scene["officer"],
        pseudonym=pseudonym,
        incident_la=scene.council,
        home_la=home_la or scene.council,
        la_aware_at=la_aware_at,
        on=today(),
    )
    assert referral.case is not None
    chairs_declare(scene, referral.case)
    return referral.case


def chairs_declare(scene: Scene, case: Case) -> None:
    """The sub-group chair and the independent chair declare their interests, and a partner finds them clear."""
    for key, role in (("sub_group_chair", Role.SGC), ("independent_chair", Role.IC)):
        declaration = act(
            decisions.declare,
            case,
            by=scene[key],
            role=role,
            answers=dict.fromkeys(QUESTIONS, False),
            on=today(),
        )
        act(
            decisions.decide_declaration,
            declaration,
            outcome=DeclarationOutcome.CLEAR,
            reasons="Nothing was declared.",
            by=scene.partners[0],
        )


def asked_about_criteria(case: Case) -> Decision:
    """The question of the criteria as it waits for the partners."""
    asked = pending_criteria(case)
    assert asked is not None
    return asked


def recommended(
    scene: Scene, moment: dt.datetime, case: Case, outcome: CriteriaOutcome, reasons: str, **kind: str
) -> Story[None]:
    """The sub-group chair records what the group recommends on the criteria."""
    yield moment
    everyone_opens(case)
    decision = asked_about_criteria(case)
    act(
        services.recommend_on_criteria,
        decision,
        by=scene["sub_group_chair"],
        outcome=outcome,
        reasons=reasons,
        on=today(),
        **kind,
    )


def views_given(
    scene: Scene,
    moment: dt.datetime,
    case: Case,
    reasons: tuple[str, ...],
    *,
    outcome: CriteriaOutcome = CriteriaOutcome.MET,
    opened: bool = True,
) -> Story[None]:
    """The partners give their views on the criteria one after the other; as many as there are reasons."""
    for person, why in zip(scene.partners, reasons, strict=False):
        yield moment
        if opened:
            everyone_opens(case)
        decision = asked_about_criteria(case)
        # Both parts of the criteria are found for themselves; where they are not met, it is the first that fails.
        found = {"limb_abuse": "yes" if outcome == CriteriaOutcome.MET else "no", "limb_harm": "yes"}
        act(
            services.give_view_on_criteria,
            decision,
            by=person,
            outcome=outcome,
            reasons=why,
            on=today(),
            findings=found,
        )
        moment += dt.timedelta(minutes=50)


def prepared(
    scene: Scene, moment: dt.datetime, case: Case, summary: str
) -> Story[SeriousIncidentNotification]:
    """The notifier writes down what goes into the national form."""
    yield moment
    return act(
        services.prepare_notification,
        case.seriousincidentnotifications.get(),
        by=scene["notifier"],
        summary=summary,
        listed=services.children_of(case),
        prepared={
            "notifier_name": scene["notifier"].name,
            "notifier_role": scene["notifier"].job_title,
            "notifier_phone": "01632 960777",
            "notifier_email": scene["notifier"].email,
        },
    )


def notified(
    scene: Scene,
    moment: dt.datetime,
    case: Case,
    *,
    reference: str,
    summary: str,
    lateness_reason: str = "",
) -> Story[RapidReview]:
    """The notifier prepares and sends the notification, and records it an hour later: the rapid review begins."""
    notification = yield from prepared(scene, moment, case, summary)
    yield moment + dt.timedelta(hours=1)
    return act(
        open_rapid_review,
        notification,
        by=scene["notifier"],
        reference=reference,
        sent_at=moment + dt.timedelta(minutes=35),
        sender=scene["notifier"].name,
        listed=services.children_of(case),
        upload=paper(
            "Copy of the notification",
            f"Reference {reference}.",
            "As sent through the national service.",
            summary,
        ),
        lateness_reason=lateness_reason,
        on=today(),
    )


def to_the_notification(
    scene: Scene,
    day: Day,
    incident: Incident,
    *,
    by: User,
    agency: Agency,
    lead: str,
    pseudonym: str,
    summary: str,
    reference: str,
) -> Story[RapidReview]:
    """All of this chapter as it usually goes: referred, accepted next day, agreed on the third, notified on the fourth.

    The local authority became aware on the day of the referral unless the incident says when.
    """
    aware = incident.la_aware_at or day.at(9, 15)
    referral = yield from referred(scene, day, incident, by=by, agency=agency, lead=lead)
    case = yield from accepted(
        scene, day.plus(1).at(10, 30), referral, pseudonym=pseudonym, la_aware_at=aware
    )
    yield from views_given(scene, day.plus(2).at(13, 10), case, AGREED)
    return (yield from notified(scene, day.plus(3).at(11), case, reference=reference, summary=summary))


AGREED = (
    "Abuse or neglect is suspected on what we hold, and the harm is serious. Both parts of the criteria are met.",
    "The clinical opinion shared with us is clear enough: serious harm, with no explanation that fits.",
    "Our enquiries have begun. On what is known today we agree that the criteria are met.",
)
