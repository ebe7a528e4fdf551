"""Two notifications still to be sent: one due today, one that should have gone."""

from __future__ import annotations

from typing import Any

from casework.models import Outcome
from decisions.kinds import CriteriaOutcome
from demo.chapters.referral import (
    AGREED,
    Child,
    Incident,
    Relative,
    accepted,
    asked_about_criteria,
    prepared,
    referred,
    views_given,
)
from demo.diary import Day, Story
from demo.papers import paper
from demo.scene import Scene, act, everyone_opens, today
from referrals import services

NOTIFY = "DL-01"


def stories(northmere: Scene, southmere: Scene) -> list[tuple[str, Story[Any]]]:
    return [
        ("Baby E, to be notified today", _due_today(northmere)),
        ("Baby T, not notified in time", _overdue(southmere)),
    ]


def _due_today(scene: Scene) -> Story[None]:
    aware = scene.diary.trigger_for(NOTIFY, scene.diary.due_day(), scene.partnership)
    incident = Incident(
        children=(
            Child(
                "Hana", "Linwood", aware.days_before(95), sex="female", ethnicity="MOTH", education="neither"
            ),
        ),
        family=(
            Relative("mother", "Carys", "Linwood"),
            Relative("sibling", "Tomas", "Linwood", safe="With his grandmother; seen by a social worker."),
        ),
        on=aware.minus(1).on,
        la_aware_at=aware.at(10),
        account=(
            "Hana was brought in by her mother with a swollen thigh. X-rays showed a new fracture and two older ones. The "
            "explanation changed twice during the night."
        ),
        abuse="Fractures of different ages in a baby who cannot roll. Physical abuse is suspected.",
        harm="Three fractures. She is comfortable and will recover, but the pattern is grave.",
        agencies="Hospital, health visiting, GP, leaving care service (for her mother), police.",
        safety="She stays on the ward. The local authority is applying for an interim order.",
    )
    referral = yield from referred(
        scene,
        aware.plus(1),
        incident,
        by=scene["hospital_representative"],
        agency=scene.agency("hospital"),
        lead="Hester Rowan",
    )
    case = yield from accepted(
        scene, aware.plus(2).at(9, 30), referral, pseudonym="Baby E", la_aware_at=aware.at(10)
    )
    yield from views_given(scene, aware.plus(3).at(10), case, AGREED)
    yield from prepared(
        scene,
        aware.plus(3).at(16, 10),
        case,
        "A baby of three months with fractures of different ages and a changing explanation. Police and social care involved.",
    )
    everyone_opens(case)


def _overdue(scene: Scene) -> Story[None]:
    aware = scene.diary.trigger_for(NOTIFY, scene.diary.back(2).on, scene.partnership)
    incident = Incident(
        children=(Child("Aiden", "Crewe", aware.days_before(160), Outcome.SERIOUSLY_HARMED),),
        on=aware.on,
        la_aware_at=aware.at(10),
        account="Aiden was found to have bleeding behind both eyes. His father says that he fell from a sofa.",
        abuse="The injury is not explained by a fall of that height. Shaking is suspected.",
        harm="He is in intensive care. He may lose his sight.",
        agencies="Infirmary, health visiting, GP, police.",
        safety="Protective measures are in place; his brother is with foster carers.",
    )
    referral = yield from referred(
        scene,
        aware.plus(1),
        incident,
        by=scene["hospital_representative"],
        agency=scene.agency("southmere_hospital"),
        lead="Henrik Strand",
    )
    case = yield from accepted(
        scene, aware.plus(2).at(15), referral, pseudonym="Baby T", la_aware_at=aware.at(10)
    )
    yield from views_given(scene, aware.plus(3).at(11), case, AGREED[:2])
    yield from _police_by_minute(scene, aware.plus(4), case)
    everyone_opens(case)


def _police_by_minute(scene: Scene, day: Day, case: Any) -> Story[None]:
    """The third view was given in the meeting; the group’s chair records it, and it waits to be confirmed."""
    yield day.at(12, 30)
    act(
        services.record_view_on_criteria_on_behalf,
        asked_about_criteria(case),
        by=scene["sub_group_chair"],
        partner="police",
        outcome=CriteriaOutcome.MET,
        reasons="Said in the meeting: the enquiry is a criminal one, and both parts of the criteria are met.",
        evidence=paper(
            "Minute of the extraordinary meeting",
            "The police representative stated that the criteria are met.",
        ),
        on=today(),
    )
