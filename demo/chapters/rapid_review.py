"""The rapid review: asking the agencies, the report, the partners, the National Panel."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from correspondence.models import How, NoticeSubject
from decisions import services as decisions
from decisions.kinds import RapidReviewOutcome
from decisions.models import Decision
from demo.diary import Day, Story
from demo.papers import paper
from demo.scene import Scene, act, everyone_opens, now, today
from panels import services as panels
from panels.models import Review
from panels.models.guards import REGULATORS
from rapid_review import services
from rapid_review.models import AgencyRequest, PanelView, RapidReview
from rapid_review.models.requests import Recommended

ASKED_FOR = (
    "What your agency knew of the child and the family in the last two years, what it did, and what can be learned "
    "now. Please search every record system, and say which you searched."
)


@dataclass(frozen=True)
class Return:
    """What one agency answers; `nothing` where it holds nothing."""

    involvement: str = ""
    analysis: str = ""
    learning: str = ""
    childs_voice: str = ""
    good_practice: str = ""
    action: str = "Nothing further is needed today: what could be done at once was done before this return."
    nothing: str = ""


@dataclass(frozen=True)
class Report:
    """The five sections of a rapid review report, and the group that met over it."""

    facts: str
    safety: str
    improvement: str
    context: str
    next_steps: str
    attendance: str = (
        "Sub-group chair; local authority; integrated care board; police; health visiting; education; "
        "business unit (notes)"
    )


def asked(scene: Scene, moment: dt.datetime, review: RapidReview, agencies: list[str]) -> Story[None]:
    """The business unit asks the agencies for what they know."""
    yield moment
    act(
        services.ask_agencies,
        review,
        agencies=[scene.agency(key) for key in agencies],
        asked_for=ASKED_FOR,
        by=scene["officer"],
        at=now(),
    )
    everyone_opens(review.case)


def request_of(scene: Scene, review: RapidReview, key: str) -> AgencyRequest:
    return review.requests.get(agency=scene.agency(key))


def answers(scene: Scene, key: str, given: Return) -> dict[str, object]:
    """A return filled in and signed for an agency."""
    person = scene.representative(key)
    return {
        "author_name": person.name,
        "author_independent": True,
        "records_searched": "Every record system of the agency, by name, date of birth and address, for two years",
        "involvement": given.involvement,
        "key_events": "",
        "childs_voice": given.childs_voice,
        "analysis": given.analysis,
        "good_practice": given.good_practice,
        "learning": given.learning,
        "immediate_action": given.action,
        "recommended": Recommended.LCSPR.value,
        "recommended_reasons": "",
        "signed_by_name": f"Director of safeguarding, {scene.agency(key).short_name}",
        "signed_by_role": "Executive lead for safeguarding",
    }


def returned(scene: Scene, moment: dt.datetime, review: RapidReview, key: str, given: Return) -> Story[None]:
    """An agency returns its information, or says that it holds nothing."""
    yield moment
    request, person = request_of(scene, review, key), scene.representative(key)
    if given.nothing:
        act(
            services.return_nothing,
            request,
            records_searched=given.nothing,
            signed_by_name=f"Director of safeguarding, {scene.agency(key).short_name}",
            signed_by_role="Executive lead for safeguarding",
            by=person,
            at=now(),
        )
    else:
        act(services.submit_return, request, answers=answers(scene, key, given), by=person, at=now())


def gathered(scene: Scene, day: Day, review: RapidReview, returns: dict[str, Return]) -> Story[RapidReview]:
    """Asked on one day, answered over the next three, accepted, and the gathering ended on the fourth."""
    yield from asked(scene, day.at(14, 20), review, list(returns))
    moment = day.plus(2).at(9, 30)
    for key, given in returns.items():
        yield from returned(scene, moment, review, key, given)
        moment += dt.timedelta(minutes=70)
    yield day.plus(4).at(10)
    for request in review.requests:
        act(services.accept_return, request, by=scene["officer"])
    return act(services.finish_gathering, review, by=scene["officer"], at=now())


def put_to_partners(scene: Scene, day: Day, review: RapidReview, report: Report) -> Story[RapidReview]:
    """The group meets, the report is written, and it is put to the partners the next day."""
    yield day.at(16, 30)
    review = act(
        services.write_report,
        review,
        version=review.report_version,
        by=scene["officer"],
        meeting_on=today(),
        attendance=report.attendance,
        la_present=True,
        icb_present=True,
        police_present=True,
        facts=report.facts,
        safety=report.safety,
        improvement=report.improvement,
        context=report.context,
        next_steps=report.next_steps,
    )
    yield day.plus(1).at(9, 45)
    return act(services.put_to_partners, review, by=scene["sub_group_chair"], on=today())


def decision_of(review: RapidReview) -> Decision:
    found = RapidReview.objects.select_related("decision").get(pk=review.pk).decision
    assert found is not None
    return Decision.objects.get(pk=found.pk)


def group_recommends(
    scene: Scene,
    moment: dt.datetime,
    review: RapidReview,
    outcome: RapidReviewOutcome,
    reasons: str,
    **kind: str,
) -> Story[None]:
    """The sub-group chair records the group's recommendation."""
    yield moment
    act(
        decisions.recommend,
        decision_of(review),
        by=scene["sub_group_chair"],
        outcome=outcome,
        reasons=reasons,
        on=today(),
        **kind,
    )


def partners_say(
    scene: Scene,
    moment: dt.datetime,
    review: RapidReview,
    outcome: RapidReviewOutcome,
    reasons: tuple[str, ...],
) -> Story[None]:
    """The partners give their views; as many as there are reasons."""
    for person, why in zip(scene.partners, reasons, strict=False):
        yield moment
        act(decisions.give_view, decision_of(review), by=person, outcome=outcome, reasons=why, on=today())
        moment += dt.timedelta(minutes=45)


def chair_decides(
    scene: Scene, moment: dt.datetime, review: RapidReview, outcome: RapidReviewOutcome, reasons: str
) -> Story[None]:
    """The independent chair has the last word where the partnership's model gives it, and comments elsewhere."""
    yield moment
    decision = decision_of(review)
    word = {"outcome": outcome} if decision.model == "ic_decides_on_recommendation" else {}
    act(
        decisions.give_chair_view,
        decision,
        by=scene["independent_chair"],
        reasons=reasons,
        on=today(),
        **word,
    )


def sent(
    scene: Scene, moment: dt.datetime, review: RapidReview, *, lateness_reason: str = ""
) -> Story[RapidReview]:
    """The business unit sends the rapid review to the National Panel and records it."""
    yield moment
    return act(
        services.send_rapid_review,
        review,
        sent_at=now() - dt.timedelta(minutes=20),
        sent_to="National Panel secretariat, by secure e-mail",
        copy=paper("Rapid review", f"{review.case.pseudonym}. As sent to the National Panel."),
        by=scene["officer"],
        lateness_reason=lateness_reason,
    )


def letter(
    scene: Scene, moment: dt.datetime, review: RapidReview, view: PanelView, words: str, **more: dt.date
) -> Story[RapidReview]:
    """A letter of the National Panel arrives and is recorded the same day."""
    yield moment
    act(
        services.record_panel_letter,
        review,
        view=view,
        received_on=today(),
        words=words,
        letter=paper("Letter from the National Panel", words),
        by=scene["officer"],
        **more,
    )
    return RapidReview.objects.select_related("case").get(pk=review.pk)


def to_the_partners(
    scene: Scene, day: Day, review: RapidReview, returns: dict[str, Return], report: Report
) -> Story[RapidReview]:
    """Gathering from `day`, the meeting six days later, the partners have it on the seventh."""
    review = yield from gathered(scene, day, review, returns)
    return (yield from put_to_partners(scene, day.plus(6), review, report))


def to_the_panel(
    scene: Scene,
    day: Day,
    review: RapidReview,
    returns: dict[str, Return],
    report: Report,
    *,
    outcome: RapidReviewOutcome,
    recommendation: str,
    views: tuple[str, str, str],
    chair: str,
    **kind: str,
) -> Story[RapidReview]:
    """The whole rapid review as it usually goes, in the twelve working days after `day`."""
    review = yield from to_the_partners(scene, day, review, returns, report)
    yield from group_recommends(scene, day.plus(7).at(12), review, outcome, recommendation, **kind)
    yield from partners_say(scene, day.plus(8).at(10), review, outcome, views)
    yield from chair_decides(scene, day.plus(9).at(15), review, outcome, chair)
    return (yield from sent(scene, day.plus(11).at(16), review))


def commissioned(scene: Scene, day: Day, rapid: RapidReview) -> Story[Review]:
    """The three are told that a review starts, the National Panel agrees, and the review is commissioned."""
    yield day.at(11)
    act(
        panels.record_notices,
        rapid.case,
        subject=NoticeSubject.LCSPR_STARTING,
        to=REGULATORS,
        sent_at=now() - dt.timedelta(minutes=15),
        how=How.EMAIL,
        by=scene["officer"],
        words="The partners have decided to commission a local child safeguarding practice review.",
    )
    rapid = yield from letter(
        scene,
        day.plus(13).at(10, 20),
        rapid,
        PanelView.AGREES,
        "The National Panel agrees with the decision to commission a review and thanks the partners for a clear account.",
    )
    yield day.plus(14).at(9, 50)
    return act(panels.begin_commissioning, rapid, by=scene["business_manager"], on=today())
