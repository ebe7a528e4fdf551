"""Young Person D: the report is written, and waits for the partners’ signatures with three days to go."""

from __future__ import annotations

import datetime as dt
from typing import Any

from chronologies.models import ChildSeen, ContactType
from decisions.kinds import RapidReviewOutcome, SignOffOutcome
from demo.chapters import learning
from demo.chapters import rapid_review as chapter
from demo.chapters import review as reviewing
from demo.chapters.learning import Planned
from demo.chapters.rapid_review import Report, Return
from demo.chapters.referral import Child, Incident, to_the_notification
from demo.chapters.review import Event, Terms
from demo.diary import Story
from demo.scene import Scene, everyone_opens

TOLD = {
    "riverside": [
        Event(900, ContactType.OTHER, "Told her form teacher that she did not sleep.", ChildSeen.ALONE, "Pastoral log"),
        Event(640, ContactType.ABSENCE, "Left for secondary school. Pastoral file not sent on.", ChildSeen.NOT_APPLICABLE, significant=True),
    ],
    "southmere_hospital": [
        Event(210, ContactType.HOSPITAL, "Emergency department, alone, at night, with a sprained wrist.", ChildSeen.ALONE),
        Event(88, ContactType.HOSPITAL, "Emergency department. Said that she had walked into a door.", ChildSeen.ALONE, significant=True),
    ],
    "council": [
        Event(160, ContactType.REFERRAL, "Referral from the hospital: alone at night. Letter sent to parents.", ChildSeen.NOT_SEEN),
    ],
    "police": [],
}  # fmt: skip


def stories(northmere: Scene, southmere: Scene) -> list[tuple[str, Story[Any]]]:
    return [("Young Person D, being signed off", _young_person_d(southmere))]


def _young_person_d(scene: Scene) -> Story[None]:
    day = scene.diary.back(124)
    incident = Incident(
        children=(Child("Leona", "Vickers", dt.date(day.on.year - 15, 7, 21)),),
        on=day.minus(2).on,
        account="Leona jumped from a first-floor window to get away from a man of thirty whom she had called her boyfriend.",
        abuse="Sexual exploitation is suspected; two other girls are named.",
        harm="Fractures of the spine. She may not walk.",
        agencies="Infirmary, Riverside (before), social care, police, sexual health clinic.",
        safety="She is in hospital. The man has been arrested. The two girls are being visited.",
    )
    rapid = yield from to_the_notification(
        scene,
        day,
        incident,
        by=scene["hospital_representative"],
        agency=scene.agency("southmere_hospital"),
        lead="Henrik Strand",
        pseudonym="Young Person D",
        summary="A girl of fifteen, believed to be exploited, with a serious injury of the spine.",
        reference="NP-35013",
    )
    rapid = yield from chapter.to_the_panel(
        scene,
        day.plus(4),
        rapid,
        {
            "southmere_hospital": Return(
                involvement="Two attendances at night, alone.",
                analysis="Each nurse did what the form asked. The form did not ask who had brought her.",
                learning="Ask who is waiting outside.",
            ),
            "riverside": Return(
                involvement="On roll until she was eleven.",
                analysis="What we knew of her at ten was never read by anyone who knew her at fourteen.",
                learning="Pastoral files move with the child.",
            ),
            "council": Return(
                involvement="One referral, one letter.",
                analysis="A letter was sent to the home she was running from.",
                learning="Speak with the child.",
            ),
            "police": Return(nothing="Crime, missing and intelligence records were searched for her name."),
        },
        Report(
            facts="The girl had been seen alone at night twice. Nobody asked her why.",
            safety="Both girls named are safe.",
            improvement="What is asked of a young person who comes alone at night.",
            context="She had been her mother’s carer since she was nine.",
            next_steps="The group recommends a review.",
        ),
        outcome=RapidReviewOutcome.LCSPR,
        recommendation="A review, with girls of her age to advise it.",
        views=("A review.", "A review.", "A review."),
        chair="I was asked to comment: I welcome it.",
        review_type="lcspr",
        method="Systems approach, advised by young people",
    )
    review = yield from chapter.commissioned(scene, day.plus(16), rapid)
    yield from reviewing.panel_named(
        scene, day.plus(33), review, ["hospital_representative", "council_representative"]
    )
    yield from reviewing.terms_agreed(
        scene,
        day.plus(37),
        review,
        Terms(
            months=36,
            why="From the last year of primary school, when she first said that she did not sleep.",
            purpose="To understand how a girl became invisible as she grew older.",
            questions=(
                "Who knew that she was a carer?",
                "What was asked when she came alone?",
                "What did her friends know?",
            ),
            agencies=("riverside", "southmere_hospital", "council", "police"),
        ),
    )
    review = yield from reviewing.started(scene, day.plus(43), review, chronologies_due=day.plus(64))
    yield from reviewing.checked(scene, day.plus(59).at(16), review, "On time.")
    yield from reviewing.combined(scene, day.plus(60), review, TOLD)
    yield from reviewing.checked(scene, day.plus(77).at(16), review, "A draft in three weeks.")
    review = yield from reviewing.drafting(
        scene,
        day.plus(80),
        review,
        practitioners="One conversation with nine practitioners, one with four who are new.",
        family="She read the terms and changed one question. Her mother met the author twice.",
    )
    yield from reviewing.checked(scene, day.plus(95).at(16), review, "The draft goes out on Monday.")
    draft = yield from reviewing.draft_out(
        scene, day.plus(97).at(11), review, "0.4", "After her own comments."
    )
    yield from reviewing.recommendations_listed(
        scene,
        day.plus(103).at(14),
        review,
        (
            "Every young person who comes to hospital alone at night is asked who is waiting for them.",
            "Pastoral files move with the child from primary to secondary school within ten days.",
            "Young carers are asked, each year and by somebody they chose, what nobody knows.",
        ),
    )
    yield from reviewing.checked(scene, day.plus(109).at(9), review, "Ready to be put up.")
    review = yield from reviewing.put_up(scene, day.plus(109), review, draft)
    yield from reviewing.answered(scene, day.plus(110), review, {1: "southmere_hospital", 2: "riverside"})
    planned = (
        Planned(
            "The night form of the emergency department asks who is waiting outside.",
            "Somebody looks outside.",
            "southmere_hospital",
            "action_owner",
            scene.diary.ahead(20),
        ),
        Planned(
            "Pastoral files are handed over in person in the last week of the summer term.",
            "What was known at ten is known at eleven.",
            "riverside",
            "school_representative",
            scene.diary.ahead(120),
        ),
        Planned(
            "A yearly talk for every young carer with an adult of their choice.",
            "They say what nobody knows.",
            "council",
            "council_representative",
            scene.diary.ahead(160),
        ),
    )
    moment = day.plus(116).at(10)
    for recommendation, each in zip(reviewing.recommendations(review), planned, strict=True):
        yield from learning.added(scene, moment, review.case, each, recommendation=recommendation)
    yield from learning.plan_drafted(scene, day.plus(117).at(9), review.case)
    yield from reviewing.partners_sign(
        scene,
        day.plus(120).at(11),
        review,
        outcome=SignOffOutcome.FULL,
        reasons=("She asked that it should be published with her own words in it. So do I.",),
    )
    everyone_opens(review.case)
