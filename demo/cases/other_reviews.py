"""A case that does not meet the criteria, and from which there is much to learn all the same."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.settings_choices import ReviewType
from casework.models import Outcome
from decisions.kinds import CriteriaOutcome
from demo.chapters.referral import Child, Incident, accepted, recommended, referred, views_given
from demo.diary import Story
from demo.scene import Scene, act, everyone_opens, today
from panels import services
from referrals.models import AbuseOrNeglect


def stories(northmere: Scene, southmere: Scene) -> list[tuple[str, Story[Any]]]:
    return [("Child M, another kind of review", _learning_from_what_went_well(southmere))]


def _learning_from_what_went_well(scene: Scene) -> Story[None]:
    day = scene.diary.back(48)
    incident = Incident(
        children=(Child("Esme", "Tranter", dt.date(day.on.year - 8, 10, 27), Outcome.NEITHER),),
        on=day.minus(3).on,
        la_aware_at=day.minus(1).at(9),
        account=(
            "Esme was found well and safe four hours after she was taken from school by her father, against an order. The school, "
            "the police and a taxi firm found her between them."
        ),
        abuse="Her father had threatened to take his life and hers. The threat was real.",
        harm="None. She ate chips in the taxi office.",
        agencies="Riverside Primary School, police, social care.",
        safety="Her father is in hospital. New arrangements for collection are in force.",
        outcome=Outcome.NEITHER,
        abuse_or_neglect=AbuseOrNeglect.SUSPECTED,
    )
    referral = yield from referred(
        scene,
        day,
        incident,
        by=scene["school_representative"],
        agency=scene.agency("riverside"),
        lead="Rosa Pickard",
    )
    case = yield from accepted(
        scene, day.plus(1).at(10), referral, pseudonym="Child M", la_aware_at=day.minus(1).at(9)
    )
    learn = CriteriaOutcome.NOT_MET_REVIEW
    yield from recommended(
        scene,
        day.plus(2).at(15),
        case,
        learn,
        "No serious harm, so not met. But three services did exactly the right thing within an hour, and others should know how.",
        review_type=ReviewType.POSITIVE_LEARNING,
        method="One afternoon with everyone who took part",
    )
    yield from views_given(
        scene,
        day.plus(3).at(10, 10),
        case,
        (
            "Not met. A learning afternoon is a good use of everybody’s time.",
            "Not met; agreed to learn from it.",
            "Not met. Our control room would like to come.",
        ),
        outcome=learn,
    )
    yield day.plus(5).at(11)
    everyone_opens(case)
    review = act(
        services.ensure_alternative,
        case,
        review_type=ReviewType.POSITIVE_LEARNING,
        method="One afternoon with everyone who took part",
        lead=scene["sub_group_member"],
        by=scene["business_manager"],
        on=today(),
    )
    yield day.plus(9).at(14)
    act(
        services.plan_alternative,
        review,
        scope="What made it possible to find her in four hours: who rang whom, what they knew, and what they could decide alone.",
        planned_on=scene.diary.back(12).on,
        by=scene["sub_group_member"],
    )
    yield scene.diary.back(11).at(9, 30)
    act(
        services.record_held,
        review,
        held_on=scene.diary.back(12).on,
        attendance="School office, head teacher, police control room, duty social worker, the taxi firm",
        by=scene["sub_group_member"],
    )
    everyone_opens(case)
