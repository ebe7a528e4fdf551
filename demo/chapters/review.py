"""The review: its people, its terms, the chronologies, the report, the sign-off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from accounts.roles import Role
from actions import services as actions
from actions.models import Recommendation, RecommendationState
from casework.models import Case
from chronologies import services as chronologies
from chronologies.models import ChildSeen, Chronology, ContactType, Precision
from correspondence.models import How, NoticeSubject
from decisions import services as decisions
from decisions.kinds import SignOffOutcome
from decisions.models import Decision, DeclarationOutcome
from decisions.models.declaration import QUESTIONS
from demo.diary import Day, Story
from demo.papers import paper
from demo.scene import Scene, act, everyone_opens, now, today
from panels import services
from panels.models import Appointment, ReportVersion, Review
from panels.models.guards import REGULATORS, recommendations_of
from publication.models import Publication
from publication.services import sign_off_report


@dataclass(frozen=True)
class Terms:
    """What a review looks at and asks, over so many months before it began."""

    months: int
    why: str
    purpose: str
    questions: tuple[str, ...]
    agencies: tuple[str, ...]
    method: str = "Systems approach with practitioner conversations"


@dataclass(frozen=True)
class Event:
    """One line of a chronology, so many days before the review was started."""

    days: int
    kind: ContactType
    what: str
    seen: ChildSeen = ChildSeen.WITH_CARER
    source: str = "Case record"
    service: str = ""
    response: str = ""
    analysis: str = ""
    significant: bool = False
    precision: Precision = Precision.EXACT


# Who stands beside a review panel, for the family, the law and the press.
HELPERS = (
    ("family_lead", Role.FAMILY, "Has met both sides of the family, and nobody else’s."),
    ("legal_adviser", Role.LEGAL, "Advises the partnership; had no part in the care proceedings."),
    ("communications", Role.COMMS, "Plans how the report becomes public."),
)


def appointed(
    scene: Scene, moment: dt.datetime, review: Review, key: str, role: Role, *, why: str, **contract: object
) -> Story[Appointment]:
    """Somebody is proposed, declares their interests, is found clear by the sub-group chair, and is appointed."""
    yield moment
    appointment = act(
        services.propose_appointment,
        review,
        user=scene[key],
        role=role,
        suitability=why,
        by=scene["business_manager"],
        on=today(),
        **contract,
    )
    known = role == Role.AUT
    declaration = act(
        services.declare_for_appointment,
        appointment,
        answers={name: known and name == "earlier_reviews" for name in QUESTIONS},
        details="One thematic review for this partnership, four years ago." if known else "",
        by=scene["business_manager"],
        on=today(),
    )
    yield moment + dt.timedelta(minutes=25)
    act(
        decisions.decide_declaration,
        declaration,
        outcome=DeclarationOutcome.CLEAR,
        reasons="Nothing declared touches this case, its agencies or the family.",
        by=scene["sub_group_chair"],
    )
    return act(services.appoint, appointment, by=scene["business_manager"], on=today())


def panel_named(scene: Scene, day: Day, review: Review, members: Iterable[str]) -> Story[None]:
    """The author, the review panel chair, the members, and who is there for the family, the law and the press."""
    until = scene.diary.ahead(400)
    yield from appointed(
        scene,
        day.at(10),
        review,
        "author",
        Role.AUT,
        why="Twelve reviews written, three of them on this theme; no link with any agency here.",
        contract=f"Contract {review.case.reference}/A",
        contract_until=until,
    )
    yield from appointed(
        scene,
        day.at(11),
        review,
        "sub_group_member",
        Role.PC,
        why="A member of the sub-group whose service had no part in the case.",
    )
    moment = day.at(12)
    for key in members:
        yield from appointed(
            scene, moment, review, key, Role.PM, why="Senior, and without management of the case."
        )
        moment += dt.timedelta(minutes=30)
    for key, role, why in HELPERS:
        yield from appointed(scene, moment, review, key, role, why=why)
        moment += dt.timedelta(minutes=30)
    yield day.plus(2).at(9, 30)
    act(
        services.record_notices,
        review.case,
        subject=NoticeSubject.REVIEWER_NAMED,
        to=REGULATORS,
        sent_at=now() - dt.timedelta(minutes=10),
        how=How.EMAIL,
        by=scene["officer"],
        words=f"The reviewer is {scene['author'].name}.",
    )


def terms_agreed(scene: Scene, day: Day, review: Review, terms: Terms) -> Story[None]:
    """The author and the review panel chair write the terms of reference; the sub-group chair agrees them."""
    yield day.at(15)
    everyone_opens(review.case)
    began = review.case.incident_from or today()
    written = act(
        services.write_terms,
        review,
        revision=0,
        by=scene["author"],
        agencies=[scene.agency(key) for key in terms.agencies],
        scope_from=began - dt.timedelta(days=30 * terms.months),
        scope_until=began,
        scope_reason=terms.why,
        purpose=terms.purpose,
        questions=list(terms.questions),
        method=terms.method,
        method_reason="It asks why things made sense at the time, and hears those who were there.",
        family_plan="Each parent is written to by the family lead, and met if they wish, before and after the report.",
        practitioner_plan="Two conversations with the practitioners involved, without their managers in the room.",
        timetable="Chronologies in six weeks, conversations in ten, a draft in sixteen.",
    )
    yield day.plus(3).at(11)
    act(services.agree_terms, written, by=scene["sub_group_chair"], on=today())


def started(scene: Scene, day: Day, review: Review, *, chronologies_due: Day) -> Story[Review]:
    """The review starts, and the agencies named in its terms are asked for their chronologies."""
    yield day.at(10, 40)
    review = act(
        services.start_review,
        review,
        chronologies_due_on=chronologies_due.on,
        by=scene["business_manager"],
        at=now(),
    )
    everyone_opens(review.case)
    return review


def chronology_of(scene: Scene, case: Case, key: str) -> Chronology:
    return Chronology.objects.get(case=case, agency=scene.agency(key))


def typed(
    scene: Scene, moment: dt.datetime, case: Case, key: str, events: Iterable[Event], *, until: dt.date
) -> Story[None]:
    """An agency types lines of its chronology; their dates are counted back from `until`."""
    yield moment
    person, children = scene.representative(key), list(case.subjects.values_list("pk", flat=True))
    for event in events:
        act(
            chronologies.add_entry,
            chronology_of(scene, case, key),
            event_on=until - dt.timedelta(days=event.days),
            source_record=event.source,
            contact_type=event.kind,
            what_happened=event.what,
            child_seen=event.seen,
            precision=event.precision,
            persons=children,
            service=event.service,
            response=event.response,
            analysis=event.analysis,
            significant=event.significant,
            by=person,
        )


def sent_in(scene: Scene, moment: dt.datetime, case: Case, key: str, *, nothing: str = "") -> Story[None]:
    """An agency sends its chronology in, or says that it holds nothing; the business unit accepts it next."""
    yield moment
    chronology, person = chronology_of(scene, case, key), scene.representative(key)
    if nothing:
        act(chronologies.say_nothing_held, chronology, statement=nothing, by=person, at=now())
    else:
        act(chronologies.submit_chronology, chronology, by=person, at=now())


def taken_in(scene: Scene, moment: dt.datetime, case: Case, keys: Iterable[str]) -> Story[None]:
    """The business unit accepts chronologies."""
    yield moment
    for key in keys:
        act(chronologies.accept_chronology, chronology_of(scene, case, key), by=scene["officer"], at=now())


def checked(scene: Scene, moment: dt.datetime, review: Review, words: str, *, asked: str = "") -> Story[None]:
    """The partners look at the time the review takes and at its quality."""
    yield moment
    act(
        services.check_progress,
        review,
        checked_on=today(),
        words=words,
        asked_in_writing=asked,
        by=scene["sub_group_chair"],
    )


def combined(scene: Scene, day: Day, review: Review, told: dict[str, list[Event]]) -> Story[None]:
    """Every agency types its chronology and sends it in; they are accepted and locked into one."""
    moment = day.at(9, 20)
    until = review.case.incident_from or day.on
    for key, events in told.items():
        if events:
            yield from typed(scene, moment, review.case, key, events, until=until)
            yield from sent_in(scene, moment + dt.timedelta(minutes=40), review.case, key)
        else:
            looked = "Every record system was searched by name, date of birth and address."
            yield from sent_in(scene, moment, review.case, key, nothing=looked)
        moment += dt.timedelta(hours=1)
    yield from taken_in(scene, day.plus(2).at(11), review.case, told)
    yield day.plus(2).at(11, 30)
    act(chronologies.lock_combined, review.case, by=scene["officer"], at=now())


def drafting(scene: Scene, day: Day, review: Review, *, practitioners: str, family: str) -> Story[Review]:
    """It is recorded how practitioners and the family took part, and the drafting begins."""
    yield day.at(14)
    act(
        services.record_engagement,
        review,
        practitioners_involved=True,
        practitioners_words=practitioners,
        family_offered=True,
        family_words=family,
        by=scene["author"],
    )
    yield day.at(15, 30)
    return act(services.start_drafting, review, by=scene["sub_group_member"])


def draft_out(
    scene: Scene, moment: dt.datetime, review: Review, label: str, note: str = ""
) -> Story[ReportVersion]:
    """A draft is uploaded and goes to the review panel for comments on its accuracy."""
    yield moment
    version = act(
        services.upload_version,
        review,
        label=label,
        report=paper(f"Draft report {label}", f"{review.case.pseudonym}. Confidential draft.", note),
        is_final=False,
        note=note,
        by=scene["author"],
    )
    return act(services.circulate_draft, version, by=scene["sub_group_member"], at=now())


def recommendations_listed(
    scene: Scene, moment: dt.datetime, review: Review, texts: Iterable[str]
) -> Story[None]:
    """The recommendations of the report, each by itself."""
    yield moment
    for text in texts:
        act(services.list_recommendation, review, text=text, by=scene["author"], on=today())


def put_up(scene: Scene, day: Day, review: Review, version: ReportVersion) -> Story[Review]:
    """The comments are closed, the final report comes in, and it is put up for sign-off."""
    yield day.at(10)
    act(
        services.close_comments,
        version,
        words="Two dates were put right and one sentence about the school was made plainer.",
        by=scene["sub_group_member"],
        at=now(),
    )
    act(
        services.upload_version,
        review,
        label="1.0",
        report=paper(
            "Final report 1.0", f"{review.case.pseudonym}. Confidential.", "As agreed by the review panel."
        ),
        is_final=True,
        note="With the corrections of fact.",
        by=scene["author"],
    )
    yield day.plus(1).at(9, 30)
    return act(services.submit_report, review, by=scene["author"], on=today())


def recommendations(review: Review) -> list[Recommendation]:
    return list(recommendations_of(review).order_by("number"))


def answered(
    scene: Scene,
    day: Day,
    review: Review,
    by_agency: dict[int, str],
    *,
    partly: dict[int, str] | None = None,
) -> Story[None]:
    """Responses are asked for, and given a week later: by the agency named, else by the business unit."""
    yield day.at(11)
    for each in recommendations(review):
        key = by_agency.get(each.number)
        act(
            actions.request_response,
            each,
            agency=scene.agency(key) if key else None,
            respond_by=day.plus(15).on,
            by=scene["officer"],
            on=today(),
        )
    yield day.plus(5).at(10)
    for each in recommendations(review):
        key = by_agency.get(each.number)
        reasons = (partly or {}).get(each.number, "")
        act(
            actions.respond,
            each,
            response=RecommendationState.PARTLY if reasons else RecommendationState.ACCEPTED,
            reasons=reasons or "Accepted as it stands.",
            by=scene.representative(key) if key else scene["business_manager"],
            on=today(),
        )


def sign_off_of(review: Review) -> Decision:
    found = Review.objects.get(pk=review.pk).sign_off_decision_id
    return Decision.objects.get(pk=found)


def partners_sign(
    scene: Scene, moment: dt.datetime, review: Review, *, outcome: SignOffOutcome, reasons: tuple[str, ...]
) -> Story[None]:
    """The partners say whether the report is signed off and what is published; as many as there are reasons."""
    for person, why in zip(scene.partners, reasons, strict=False):
        yield moment
        act(decisions.give_view, sign_off_of(review), by=person, outcome=outcome, reasons=why, on=today())
        moment += dt.timedelta(minutes=40)


def signed_off(
    scene: Scene,
    day: Day,
    review: Review,
    *,
    outcome: SignOffOutcome = SignOffOutcome.FULL,
    reasons: tuple[str, str, str],
    chair: str = "",
) -> Story[Publication]:
    """The three partners and, where they have a part, the independent chair decide; then it is signed off and prepared for the public."""
    yield from partners_sign(scene, day.at(9, 40), review, outcome=outcome, reasons=reasons)
    if chair:
        yield day.plus(1).at(12)
        agrees = {"agrees": True} if sign_off_of(review).model != "three_dsp" else {}
        act(
            decisions.give_chair_view,
            sign_off_of(review),
            by=scene["independent_chair"],
            reasons=chair,
            on=today(),
            **agrees,
        )
    yield day.plus(2).at(14)
    return act(sign_off_report, review, by=scene["sub_group_chair"], on=today())
