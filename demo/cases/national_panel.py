"""After the rapid review: one waits for the National Panel, one is in dispute with it, one only follows up actions."""

from __future__ import annotations

import datetime as dt
from typing import Any

from casework.models import Outcome
from decisions import services as decisions
from decisions.kinds import RapidReviewOutcome, ReconsiderationOutcome
from decisions.models import StepKind
from demo.chapters import learning
from demo.chapters import rapid_review as chapter
from demo.chapters.learning import Planned
from demo.chapters.rapid_review import Report, Return
from demo.chapters.referral import Child, Incident, to_the_notification
from demo.diary import Story
from demo.scene import Scene, act, everyone_opens, today
from rapid_review import services
from rapid_review.models import PanelView


def stories(northmere: Scene, southmere: Scene) -> list[tuple[str, Story[Any]]]:
    return [
        ("Child B, waiting for the National Panel", _waiting(northmere)),
        ("Baby N, the National Panel disagrees", _in_dispute(southmere)),
        ("Child Y, actions after a rapid review", _following_up(northmere)),
    ]


def _waiting(scene: Scene) -> Story[None]:
    day = scene.diary.back(18)
    incident = Incident(
        children=(Child("Iona", "Petrie", dt.date(day.on.year - 3, 8, 14), Outcome.DIED),),
        on=day.minus(2).on,
        account="Iona drowned in the bath. She and her brother of one year had been alone for twenty minutes.",
        abuse="Neglect is suspected: the family had agreed in writing that the children would never be left in water.",
        harm="She died in hospital the next day.",
        agencies="Health visiting, nursery, social care, domestic abuse service, police.",
        safety="Her brother is with foster carers under an interim order.",
        outcome=Outcome.DIED,
    )
    review = yield from to_the_notification(
        scene,
        day,
        incident,
        by=scene["health_representative"],
        agency=scene.agency("health_visiting"),
        lead="Hugo Vance",
        pseudonym="Child B",
        summary="A girl of three drowned in the bath while under a child in need plan.",
        reference="NP-35984",
    )
    yield from chapter.to_the_panel(
        scene,
        day.plus(4),
        review,
        {
            "health_visiting": Return(
                involvement="Nine home visits in a year; the last one nineteen days before.",
                analysis="Bathing was talked about once. It was written down as advice given, not as a worry.",
                learning="A written agreement is not a plan. Nobody said what would happen if it was not kept.",
            ),
            "council": Return(
                involvement="A child in need plan for fourteen months with four social workers.",
                analysis="The plan grew longer and the visits shorter.",
                learning="Drift: the same plan was reviewed five times without a change.",
            ),
            "police": Return(
                involvement="Three calls for domestic abuse, the last with the children in the next room.",
                analysis="Each call was risk assessed by itself.",
                learning="The third notice reached social care eleven days late.",
            ),
        },
        Report(
            facts="The girl was left in the bath while her mother took a telephone call from a man she had been told not to see.",
            safety="Every child under two on a child in need plan has been visited since, with bathing on the list.",
            improvement="The review should ask why a plan can be reviewed five times and not change.",
            context="Her mother is twenty-one, left care at eighteen, and had been moved twice by the landlord in one year.",
            next_steps="The group recommends a review.",
        ),
        outcome=RapidReviewOutcome.LCSPR,
        recommendation="Drift in child in need plans has come up in two audits. It needs a proper look.",
        views=(
            "Agreed. We want to know what our reviewing system does with a plan that stands still.",
            "Agreed, and we ask for the health visiting caseloads to be looked at.",
            "Agreed.",
        ),
        chair="I have read the returns and all three views. A review is right, and it should be short and sharp.",
        review_type="lcspr",
        method="Systems approach",
    )
    everyone_opens(review.case)


def _in_dispute(scene: Scene) -> Story[None]:
    day = scene.diary.back(40)
    incident = Incident(
        children=(Child("Kit", "Ferris", day.days_before(240)),),
        on=day.minus(1).on,
        account="Kit swallowed methadone that was kept in a drinks bottle. He was revived by the ambulance crew.",
        abuse="Neglect: the safe storage box had been refused twice.",
        harm="He stopped breathing. He has recovered and seems to have no lasting injury.",
        agencies="Drug treatment service, Infirmary, health visiting, probation.",
        safety="He is with an aunt; both parents agree.",
    )
    review = yield from to_the_notification(
        scene,
        day,
        incident,
        by=scene["hospital_representative"],
        agency=scene.agency("southmere_hospital"),
        lead="Henrik Strand",
        pseudonym="Baby N",
        summary="A baby of eight months swallowed a parent’s methadone and stopped breathing.",
        reference="NP-35811",
    )
    review = yield from chapter.to_the_panel(
        scene,
        day.plus(4),
        review,
        {
            "southmere_hospital": Return(
                involvement="The admission, and antenatal care.",
                analysis="The storage box was on the discharge list, and ticked.",
                learning="A tick says that something was said, not that it was done.",
            ),
            "council": Return(
                nothing="Social care and early help records were searched by name and address."
            ),
            "police": Return(
                involvement="One warrant at the address, eight months before his birth.",
                analysis="A pregnancy was noted and not passed on.",
                learning="Officers now pass on every pregnancy they see.",
            ),
        },
        Report(
            facts="The bottle stood on the kitchen table. The baby was in a walker.",
            safety="Every household with a prescription and a child under five has had a visit and a box since.",
            improvement="The learning is clear and already acted on: storage is checked with the eyes, not with a tick.",
            context="Both parents were in treatment and doing well. They blamed themselves before anyone asked.",
            next_steps="No review: the rapid review has found what there is to learn.",
        ),
        outcome=RapidReviewOutcome.NO_LCSPR,
        recommendation="A review would find nothing that is not already known and acted on.",
        views=(
            "No review. The learning is plain.",
            "No review. The visits have been made, and we shall audit them in six months.",
            "No review is needed.",
        ),
        chair="I was asked to comment. I should have preferred to hear from the drug treatment service first.",
    )
    review = yield from chapter.letter(
        scene,
        day.plus(30).at(10, 40),
        review,
        PanelView.DISAGREES,
        (
            "The National Panel thinks that a local child safeguarding practice review is needed. It has seen several such cases "
            "this year and believes that the part of adult services in them has not been understood."
        ),
    )
    yield from _think_again(scene, day.plus(35).at(10), review)
    everyone_opens(review.case)


def _think_again(scene: Scene, moment: dt.datetime, review: Any) -> Story[None]:
    """One partner has not changed their mind: it goes to the lead safeguarding partners, who have still to write."""
    views = (
        (
            ReconsiderationOutcome.LCSPR,
            "The National Panel is right that adult services were not in the room. We should look again, with them.",
        ),
        (
            ReconsiderationOutcome.NO_LCSPR,
            "The visits are made and the boxes are in use. A review would take from the team that does it.",
        ),
        (
            ReconsiderationOutcome.LCSPR,
            "We should hear from the treatment service before we say there is no more.",
        ),
    )
    for person, (outcome, why) in zip(scene.partners, views, strict=True):
        yield moment
        decision = chapter.decision_of(review)
        act(decisions.give_view, decision, by=person, outcome=outcome, reasons=why, on=today())
        moment += dt.timedelta(minutes=45)
    yield moment
    chair = scene["independent_chair"]
    act(
        decisions.escalate,
        chapter.decision_of(review),
        by=chair,
        reason="Whether what adult services know would teach more than has been learnt and done already.",
        on=today(),
    )
    moment += dt.timedelta(hours=2)
    yield moment
    act(
        decisions.record_dispute_step,
        chapter.decision_of(review).escalations.get(),
        by=chair,
        kind=StepKind.MEETING,
        words="Rang the three lead safeguarding partners. They meet on Thursday and will write the same day.",
        on=today(),
    )


def _following_up(scene: Scene) -> Story[None]:
    day = scene.diary.back(96)
    incident = Incident(
        children=(Child("Noor", "Adeyemi", dt.date(day.on.year - 11, 5, 6)),),
        on=day.minus(1).on,
        account="Noor took an overdose at school. She had told a friend, who told nobody because she had promised.",
        abuse="Emotional abuse is suspected; she had asked twice not to be sent to her father’s.",
        harm="Liver injury, treated in time.",
        agencies="Meadowbank Academy, family court adviser, GP, child and adolescent mental health.",
        safety="Contact with her father is suspended by agreement.",
    )
    review = yield from to_the_notification(
        scene,
        day,
        incident,
        by=scene["school_representative"],
        agency=scene.agency("meadowbank"),
        lead="Delia Sloane",
        pseudonym="Child Y",
        summary="A girl of eleven took an overdose after asking twice not to be sent to a parent.",
        reference="NP-35340",
    )
    first = yield from learning.added(
        scene,
        day.plus(5).at(11),
        review.case,
        Planned(
            "Every pupil is told, in assembly and in a leaflet made by pupils, whom to tell when a friend says they want to die.",
            "A friend who is told a secret like this one knows that telling is not breaking it.",
            "meadowbank",
            "school_lead",
            day.plus(60).on,
            immediate=True,
        ),
    )
    review = yield from chapter.to_the_panel(
        scene,
        day.plus(6),
        review,
        {
            "meadowbank": Return(
                involvement="Good attendance, good marks, one talk with the school counsellor.",
                analysis="She was quiet and did well, so nobody worried.",
                learning="Ask the quiet ones too.",
                childs_voice="“I said it in the car and I said it to the lady. Nobody wrote it down.”",
            ),
            "council": Return(
                involvement="A court report, written after two meetings with each parent and one with her.",
                analysis="Her words were in the notes and not in the report.",
                learning="A child’s own words belong in the report, in quotation marks.",
            ),
            "police": Return(nothing="Crime, incident and custody records were searched for all four names."),
        },
        Report(
            facts="The girl saved tablets over nine days. She took them on a Friday, before a weekend at her father’s.",
            safety="The school has told every pupil whom to tell. The girl and her friend are both seen weekly.",
            improvement="What a child says is to stand in the report in the child’s own words.",
            context="Her parents speak different languages and read different letters. One of them had never had the report.",
            next_steps="No review. Four things can be changed now.",
        ),
        outcome=RapidReviewOutcome.NO_LCSPR,
        recommendation="The learning is found; four actions carry it.",
        views=("No review, but the four actions.", "Agreed: no review.", "Agreed."),
        chair="No review. I ask for a report on the four actions in three months.",
    )
    review = yield from chapter.letter(
        scene,
        day.plus(32).at(10, 10),
        review,
        PanelView.AGREES,
        "The National Panel agrees that no review is needed, and will quote the words of the girl in its annual report.",
    )
    yield day.plus(34).at(10)
    act(services.monitor_after_panel, review, by=scene["business_manager"])
    everyone_opens(review.case)
    first = yield from learning.begun(
        scene, day.plus(36).at(12), first, "The pupils have written the leaflet. It is good."
    )
    second = yield from learning.added(
        scene,
        day.plus(40).at(10),
        review.case,
        Planned(
            "Court reports quote what the child said, with the date, and the child is read that part.",
            "Children know that they were heard, and courts read it.",
            "council",
            "council_representative",
            scene.diary.ahead(24),
        ),
    )
    yield from learning.added(
        scene,
        day.plus(40).at(10, 30),
        review.case,
        Planned(
            "The emergency department asks every child who has taken an overdose whom they had told.",
            "The friend who knew is found and helped as well.",
            "hospital",
            "action_owner",
            scene.diary.ahead(11),
        ),
    )
    first = yield from learning.done(
        scene, day.plus(58).at(15), first, "The leaflet, and the register of the assembly."
    )
    plan = yield from learning.plan_drafted(scene, day.plus(62).at(14), review.case)
    yield from learning.plan_agreed(scene, day.plus(64).at(16), plan)
    yield from learning.plan_running(scene, day.plus(65).at(9), review.case)
    yield from learning.evidence_accepted(
        scene, day.plus(66).at(11), first, look_again_on=scene.diary.ahead(60)
    )
    yield from learning.begun(
        scene, day.plus(70).at(10), second, "The template is changed. We wait for the judge’s view of it."
    )
    everyone_opens(review.case)
