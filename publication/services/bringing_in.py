"""Bringing in a case already under way, at the stage it has reached (T50).

What happened before is recorded from the dates and the proof given; records are born in the state they have reached,
and only the clocks that are still open run from now on. A legacy case starts none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.access_table import Thing
from accounts.db import memberships_of
from accounts.models import Agency, Partnership, User
from accounts.roles import Role
from accounts.settings_choices import DecisionModel, ReviewType, StatutoryPartner
from casework import audit
from casework.files import store_document
from casework.models import CLOSED, Case, Document, Part, Stage
from casework.people import record_subject
from casework.services import admit_standing, open_case
from casework.transitions import TransitionRefused
from correspondence.models import How, NoticeSubject, Recipient
from correspondence.services import record_notice
from deadlines import services as deadlines
from deadlines.catalogue import NoRuleInForceError
from decisions import services as decisions
from decisions.kinds import QUESTIONS, DecisionKind, RapidReviewOutcome, SignOffOutcome, model_for
from decisions.models import Decision, DecisionState, HoldKind, HoldSource
from lcspr import clock
from panels import services as panels
from panels.models import Review, ReviewState
from panels.models.guards import REGULATORS
from publication.models import Outcome, Publication, PublicationState
from publication.models.publication import PUBLIC
from publication.rules import bringing_in as rules
from publication.rules.bringing_in import Past
from publication.rules.publishing import public_until_at_least
from publication.services import clocks, holding, publishing
from publication.services.preparing import Upload, plan_publication
from rapid_review.models import RapidReview, RapidReviewState
from referrals import services as referrals
from referrals.models import Basis, NotificationState, SeriousIncidentNotification
from referrals.rules import labels
from referrals.services import clocks as referral_clocks
from referrals.services.subjects import refuse_pseudonym

# How the record of a case brought in begins.
BROUGHT_IN: Final = "Brought in while under way"
NOT_KNOWN: Final = "Not recorded when the case was brought in"


@dataclass(frozen=True)
class Child:
    """One child of the case: identity for the encrypted record, outcome for the case."""

    forenames: str = ""
    surname: str = ""
    born_on: dt.date | None = None
    outcome: str = ""


@dataclass(frozen=True)
class HeldFor:
    """Why publication is held in a case brought in while it is."""

    source: HoldSource
    reason: str
    review_on: dt.date


@dataclass(frozen=True)
class Public:
    """What is public, or to be, of a case brought in at publication or after."""

    title: str = ""
    summary: str = ""
    improvements: str = ""
    report: Upload | None = None


@dataclass
class _Arrival:
    """A case being brought in: what is known of it, and what has been written so far."""

    case: Case
    stage: Stage
    dates: Mapping[Past, dt.date | None]
    by: User
    proof: Document
    outcome: RapidReviewOutcome
    review_type: ReviewType
    public: Public = field(default_factory=Public)
    planned_on: dt.date | None = None
    held_for: HeldFor | None = None
    rapid: RapidReview | None = None
    review: Review | None = None

    def at(self, date: Past) -> dt.datetime | None:
        """The instant to record for a day of which no time is known."""
        on = self.dates.get(date)
        return clock.on_the_day(on) if on else None

    def on(self, date: Past) -> dt.date:
        on = self.dates.get(date)
        assert on is not None
        return on


@transaction.atomic
def bring_in_case(
    partnership: Partnership,
    *,
    by: User,
    stage: Stage,
    pseudonym: str,
    children: Sequence[Child],
    dates: Mapping[Past, dt.date | None],
    proof: Upload,
    why: str,
    on: dt.date,
    legacy: bool = False,
    incident_la: Agency | None = None,
    home_la: Agency | None = None,
    outcome: RapidReviewOutcome = RapidReviewOutcome.LCSPR,
    review_type: ReviewType = ReviewType.LCSPR,
    public: Public | None = None,
    planned_on: dt.date | None = None,
    held_for: HeldFor | None = None,
) -> Case:
    """Bring in a case that was begun elsewhere or before this system; the business manager's act.

    `dates` are the days on which what came before happened; `proof` shows that the case is where it is said to be.
    Standing roles are let in; authors, review panel members and agencies are named by the usual acts.
    """
    if not any(m.role == Role.BUM and m.partnership_id == partnership.pk for m in memberships_of(by)):
        raise PermissionDenied
    public = public or Public()
    _refuse(stage, dates, children, why, legacy=legacy, public=public, held_for=held_for)
    own = incident_la or _own_authority(partnership)
    case = open_case(
        partnership,
        by=by,
        why=f"{BROUGHT_IN}: {why}",
        stage=stage,
        opened_at=_first_instant(dates),
        legacy=legacy,
        incident_from=dates.get(Past.INCIDENT),
        incident_la=own,
        home_la=home_la or own,
        la_aware_at=_instant(dates.get(Past.AWARE)),
        la_aware_confirmed=dates.get(Past.AWARE) is not None,
        partners_aware_at=_instant(dates.get(Past.AWARE)),
    )
    _name(case, children, pseudonym, closed_on=dates.get(Past.CLOSED))
    admit_standing(case, by=by, on=on, why=BROUGHT_IN)
    arrival = _Arrival(
        case=Case.objects.select_related("partnership").get(pk=case.pk),
        stage=stage,
        dates=dates,
        by=by,
        proof=store_document(case, proof, by=by, title="Proof of what came before", thing=Thing.RR_REPORT),
        outcome=outcome,
        review_type=review_type,
        public=public,
        planned_on=planned_on,
        held_for=held_for,
    )
    try:
        for step in _STEPS[stage]:
            step(arrival)
    except NoRuleInForceError as error:
        raise TransitionRefused(
            [
                "It began before the present arrangements, which have no clock for it. Bring it in as a legacy case."
            ]
        ) from error
    case.refresh_from_db()
    return case


def _refuse(
    stage: Stage,
    dates: Mapping[Past, dt.date | None],
    children: Sequence[Child],
    why: str,
    *,
    legacy: bool,
    public: Public,
    held_for: HeldFor | None,
) -> None:
    if stage not in rules.NEEDED:
        raise TransitionRefused(
            ["A case at this stage is not under way yet: enter it as a referral, or as an oral notice."]
        )
    problems = list(rules.date_problems(stage, dates, today=clock.today(), legacy=legacy).values())
    problems += [] if children else ["Name at least one child, or enter what is known of them."]
    problems += [] if why.strip() else ["Say where the case comes from, and what the proof shows."]
    if stage in {Stage.PUBLISHED, Stage.IMPROVEMENTS_PUBLISHED} and not public.title.strip():
        problems.append("Give the public title.")
    if stage == Stage.PUBLISHED and public.report is None:
        problems.append("Upload the report as it was published.")
    if stage == Stage.IMPROVEMENTS_PUBLISHED and not public.improvements.strip():
        problems.append("Write which improvements were published.")
    if stage == Stage.PUBLICATION_HELD and held_for is None:
        problems.append(
            "Say who asked for publication to be held, why, and when the hold is looked at again."
        )
    if problems:
        raise TransitionRefused(problems)


def _name(case: Case, children: Sequence[Child], pseudonym: str, *, closed_on: dt.date | None) -> None:
    called = labels([child.born_on for child in children])
    for number, (child, label) in enumerate(zip(children, called, strict=True), start=1):
        identity = {"forenames": child.forenames, "surname": child.surname, "born_on": child.born_on}
        record_subject(
            case, identity=identity, part=Part.CHILD, label=label, order=number, outcome=child.outcome
        )
    refuse_pseudonym(case, pseudonym)
    case.pseudonym = pseudonym
    if case.stage in CLOSED:
        case.closed_at = _instant(closed_on) or case.closed_at
    case.save(update_fields=["pseudonym", "closed_at"])


def _own_authority(partnership: Partnership) -> Agency | None:
    member = (
        partnership.members.current().filter(statutory=StatutoryPartner.LA).select_related("agency").first()
    )
    return member.agency if member else None


def _instant(on: dt.date | None) -> dt.datetime | None:
    return clock.on_the_day(on) if on else None


def _first_instant(dates: Mapping[Past, dt.date | None]) -> dt.datetime:
    known = [on for date, on in dates.items() if on is not None and date != Past.INCIDENT]
    return clock.on_the_day(min(known)) if known else clock.now()


# One step a record or a clock; each reads what those before it wrote.


def _consider_criteria(arrival: _Arrival) -> None:
    _from_awareness(arrival)
    referrals.open_criteria_decision(arrival.case, by=arrival.by, on=clock.today())


def _owe_notification(arrival: _Arrival) -> None:
    _from_awareness(arrival)
    referrals.require_notification(arrival.case, by=arrival.by, basis=Basis.PARTNERS_AGREE)


def _from_awareness(arrival: _Arrival) -> None:
    if arrival.case.la_aware_at is not None:
        referral_clocks.start_from_awareness(arrival.case, by=arrival.by, because="the case was brought in")


def _notified(arrival: _Arrival) -> None:
    sent_at = arrival.at(Past.NOTIFIED)
    if sent_at is None:
        return
    notification = SeriousIncidentNotification.objects.create(
        case=arrival.case,
        state=NotificationState.SENT,
        basis=Basis.PARTNERS_AGREE,
        reference=NOT_KNOWN,
        sender=NOT_KNOWN,
        sent_at=sent_at,
        recorded_by=arrival.by,
        recorded_at=clock.now(),
        copy=arrival.proof,
    )
    notification.listed.set(arrival.case.subjects.filter(part=Part.CHILD)[:4])


def _gathering(state: RapidReviewState) -> Callable[[_Arrival], None]:
    def step(arrival: _Arrival) -> None:
        arrival.rapid = _rapid_review(arrival, state)
        if (sent_at := arrival.at(Past.NOTIFIED)) is not None:
            referral_clocks.sent(arrival.case, sent_at=sent_at, by=arrival.by, on_the_way=())
        if state == RapidReviewState.DECISION:
            arrival.rapid.decision = decisions.open_decision(
                arrival.case,
                kind=DecisionKind.RAPID_REVIEW,
                by=arrival.by,
                on=clock.today(),
                about=arrival.rapid,
            )
            arrival.rapid.save(update_fields=["decision"])

    return step


def _sent(state: RapidReviewState) -> Callable[[_Arrival], None]:
    def step(arrival: _Arrival) -> None:
        if arrival.dates.get(Past.RR_SENT) is not None:
            arrival.rapid = _rapid_review(arrival, state, sent_at=arrival.at(Past.RR_SENT), sent_to=NOT_KNOWN)
            arrival.rapid.decision = _decided(
                arrival, DecisionKind.RAPID_REVIEW, arrival.outcome, arrival.rapid, arrival.on(Past.DECIDED)
            )
            arrival.rapid.save(update_fields=["decision"])

    return step


def _rapid_review(arrival: _Arrival, state: RapidReviewState, **fields: Any) -> RapidReview:
    review = RapidReview.objects.create(case=arrival.case, state=state, report_file=arrival.proof, **fields)
    _note(arrival, review, "Brought in the rapid review")
    return review


def _decided(arrival: _Arrival, kind: DecisionKind, outcome: str, about: Any, on: dt.date) -> Decision:
    """A decision made before this system: its views are in the proof, so none are recorded here."""
    decision = Decision.objects.create(
        case=arrival.case,
        kind=kind,
        model=model_for(kind, DecisionModel(arrival.case.partnership.decision_model)),
        question=QUESTIONS[kind],
        about=audit.label_of(about),
        opened_on=on,
        opened_by=arrival.by,
        state=DecisionState.DECIDED,
        outcome=outcome,
        decided_on=on,
        review_type=arrival.review_type if outcome == RapidReviewOutcome.LCSPR else "",
    )
    _note(arrival, decision, f"Brought in a decision: {decision.get_outcome_display()}")
    return decision


def _wait_for_panel(arrival: _Arrival) -> None:
    _start(arrival, "DL-11", Past.RR_SENT, "when the rapid review was sent")


def _answer_panel(arrival: _Arrival) -> None:
    _start(arrival, "DL-12", Past.LETTER, "when the letter was received")


def _reconsider(arrival: _Arrival) -> None:
    assert arrival.rapid is not None
    arrival.rapid.decision = decisions.open_decision(
        arrival.case, kind=DecisionKind.RECONSIDERATION, by=arrival.by, on=clock.today(), about=arrival.rapid
    )
    arrival.rapid.save(update_fields=["decision"])
    _start(arrival, "DL-13", Past.LETTER, "when the letter was received")


def _review_clocks(arrival: _Arrival) -> None:
    """The six months run from the decision; who was told of the review is recorded, or still owed (DL-15)."""
    if arrival.outcome != RapidReviewOutcome.LCSPR:
        return
    _start(arrival, clocks.REVIEW, Past.DECIDED, "when the partners decided on a review")
    told_at = arrival.at(Past.TOLD)
    if told_at is None:
        _start(arrival, "DL-15", Past.DECIDED, "when the partners decided on a review")
        return
    _record(arrival, REGULATORS, NoticeSubject.LCSPR_STARTING, told_at)


def _record(arrival: _Arrival, to: Sequence[Recipient], subject: NoticeSubject, at: dt.datetime) -> None:
    for recipient in to:
        record_notice(
            arrival.case,
            to=recipient,
            subject=subject,
            sent_at=at,
            how=How.LETTER,
            by=arrival.by,
            proof=arrival.proof,
        )


def _local_beside_national(arrival: _Arrival) -> None:
    panels.ensure_national(arrival.case, goes_on="To be said: the case was brought in.", by=arrival.by)


def _reviewed(state: ReviewState) -> Callable[[_Arrival], None]:
    def step(arrival: _Arrival) -> None:
        signed_off = state == ReviewState.SIGNED_OFF
        review = Review.objects.create(
            case=arrival.case,
            review_type=arrival.review_type,
            rapid_review=arrival.rapid,
            decision=arrival.rapid.decision if arrival.rapid else None,
            state=state,
            commissioned_on=arrival.dates.get(Past.DECIDED),
            started_at=arrival.at(Past.STARTED),
            signed_off_on=arrival.on(Past.SIGNED_OFF) if signed_off else None,
            publication_choice=_CHOICES[arrival.stage] if signed_off else "",
        )
        review.cases.add(arrival.case)
        _note(arrival, review, "Brought in the review")
        if state == ReviewState.SIGN_OFF:
            review.sign_off_decision = decisions.open_decision(
                arrival.case, kind=DecisionKind.SIGN_OFF, by=arrival.by, on=clock.today(), about=review
            )
            review.save(update_fields=["sign_off_decision"])
        arrival.review = review

    return step


# What the partners had chosen, where the stage alone tells it.
_CHOICES: Final[Mapping[Stage, SignOffOutcome]] = {
    Stage.PRE_PUBLICATION: SignOffOutcome.FULL,
    Stage.PUBLICATION_HELD: SignOffOutcome.FULL,
    Stage.PUBLISHED: SignOffOutcome.FULL,
    Stage.IMPROVEMENTS_PUBLISHED: SignOffOutcome.IMPROVEMENTS_ONLY,
    Stage.NOT_PUBLISHED: SignOffOutcome.NONE,
}


def _publication(state: PublicationState) -> Callable[[_Arrival], None]:
    def step(arrival: _Arrival) -> None:
        assert arrival.review is not None
        published_at = arrival.at(Past.PUBLISHED) if state in PUBLIC else None
        publication = Publication(
            case=arrival.case,
            review=arrival.review,
            state=state,
            outcome=Outcome(_CHOICES[arrival.stage].value),
            signed_off_elsewhere=arrival.proof,
            signed_off_on=arrival.on(Past.SIGNED_OFF),
            public_title=arrival.public.title,
            public_pseudonym=arrival.case.pseudonym,
            summary=arrival.public.summary,
            improvements=arrival.public.improvements,
            copies_count_from=clock.now(),
            published_at=published_at,
            not_published_because="As decided before the case was brought in."
            if state == PublicationState.NONE
            else "",
        )
        if arrival.public.report is not None and publication.outcome == Outcome.FULL:
            publication.report = store_document(
                arrival.case,
                arrival.public.report,
                by=arrival.by,
                title="Report made for the public",
                thing=Thing.FINAL_REPORT,
            )
        if published_at is not None:
            publication.slug = publishing.public_address(publication)
            publication.sha256 = publication.report.sha256 if publication.report else ""
        publication.save()
        _note(arrival, publication, "Brought in the publication")
        _clocks_of_publication(arrival, publication)

    return step


def _clocks_of_publication(arrival: _Arrival, publication: Publication) -> None:
    if publication.state == PublicationState.PREPARING and arrival.planned_on is not None:
        plan_publication(publication, planned_on=arrival.planned_on, by=arrival.by)
    if publication.state == PublicationState.HELD:
        _held(arrival, publication)
    if publication.is_public and public_until_at_least(arrival.on(Past.PUBLISHED)) > clock.today():
        assert publication.published_at is not None
        deadlines.start(
            clocks.PUBLIC,
            case=arrival.case,
            trigger_at=publication.published_at,
            because="when it was published",
            by=arrival.by,
            about=publication,
        )


def _held(arrival: _Arrival, publication: Publication) -> None:
    held_for = arrival.held_for
    assert held_for is not None
    decisions.add_hold(
        arrival.case,
        by=arrival.by,
        kind=HoldKind.PUBLICATION,
        reason=held_for.reason,
        source=held_for.source,
        on=clock.today(),
        review_on=held_for.review_on,
    )
    sent_at = arrival.at(Past.REASONS_SENT)
    if sent_at is None:
        clocks.owe_reasons(
            publication, at=clock.now(), because="when the case was brought in while held", by=arrival.by
        )
        return
    reasons = holding.Reasons(sent_at=sent_at, how=How.LETTER, words=held_for.reason)
    holding.record_delay_reasons(publication, reasons=reasons, by=arrival.by)


def _alternative(arrival: _Arrival) -> None:
    kind = arrival.review_type if arrival.review_type != ReviewType.LCSPR else ReviewType.PRACTICE_REVIEW
    decision = _decided(
        arrival,
        DecisionKind.RAPID_REVIEW,
        RapidReviewOutcome.ALTERNATIVE,
        arrival.case,
        arrival.on(Past.DECIDED),
    )
    panels.ensure_alternative(
        arrival.case,
        review_type=kind,
        method=NOT_KNOWN,
        lead=arrival.by,
        decision=decision,
        by=arrival.by,
        on=clock.today(),
    )


def _follow_up(arrival: _Arrival) -> None:
    clocks.start_progress(arrival.case, at=clock.now(), because="when the case was brought in", by=arrival.by)


def _start(arrival: _Arrival, code: str, date: Past, because: str) -> None:
    if (at := arrival.at(date)) is not None:
        deadlines.start(code, case=arrival.case, trigger_at=at, because=because, by=arrival.by)


def _note(arrival: _Arrival, record: Any, words: str) -> None:
    audit.record("brought_in", by=arrival.by, case=arrival.case, about=record, words=words)


_OVER = (_notified, _sent(RapidReviewState.CONCLUDED))
_SIGNED_OFF = (*_OVER, _reviewed(ReviewState.SIGNED_OFF))

_STEPS: Final[Mapping[Stage, tuple[Callable[[_Arrival], None], ...]]] = {
    Stage.SCREENING: (_consider_criteria,),
    Stage.AWAITING_SIN: (_owe_notification,),
    Stage.RR_GATHERING: (_notified, _gathering(RapidReviewState.GATHERING)),
    Stage.RR_ANALYSIS: (_notified, _gathering(RapidReviewState.ANALYSIS)),
    Stage.RR_DECISION: (_notified, _gathering(RapidReviewState.DECISION)),
    Stage.AWAITING_PANEL: (_notified, _sent(RapidReviewState.SENT), _wait_for_panel, _review_clocks),
    Stage.PANEL_QUERY: (_notified, _sent(RapidReviewState.QUERIED), _answer_panel, _review_clocks),
    Stage.PANEL_CHALLENGE: (_notified, _sent(RapidReviewState.CHALLENGED), _reconsider, _review_clocks),
    Stage.NATIONAL_REVIEW: (*_OVER, _local_beside_national),
    Stage.COMMISSIONING: (*_OVER, _reviewed(ReviewState.COMMISSIONING), _review_clocks),
    Stage.IN_REVIEW: (*_OVER, _reviewed(ReviewState.IN_REVIEW), _review_clocks),
    Stage.DRAFTING: (*_OVER, _reviewed(ReviewState.DRAFTING), _review_clocks),
    Stage.SIGN_OFF: (*_OVER, _reviewed(ReviewState.SIGN_OFF), _review_clocks),
    Stage.PRE_PUBLICATION: (*_SIGNED_OFF, _review_clocks, _publication(PublicationState.PREPARING)),
    Stage.PUBLICATION_HELD: (*_SIGNED_OFF, _review_clocks, _publication(PublicationState.HELD)),
    Stage.PUBLISHED: (*_SIGNED_OFF, _publication(PublicationState.PUBLISHED), _follow_up),
    Stage.IMPROVEMENTS_PUBLISHED: (
        *_SIGNED_OFF,
        _publication(PublicationState.IMPROVEMENTS_ONLY),
        _follow_up,
    ),
    Stage.NOT_PUBLISHED: (*_SIGNED_OFF, _publication(PublicationState.NONE), _follow_up),
    Stage.ALTERNATIVE_REVIEW: (_alternative,),
    Stage.MONITORING: (_follow_up,),
    Stage.CLOSED_COMPLETE: (),
    Stage.CLOSED_NFA: (),
    Stage.CLOSED_WITHDRAWN: (),
    Stage.CLOSED_DUPLICATE: (),
    Stage.CLOSED_TRANSFERRED: (),
}
