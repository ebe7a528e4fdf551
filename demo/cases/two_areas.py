"""A child of one area harmed in another; and a death that is notified whatever its cause."""

from __future__ import annotations

import datetime as dt
from typing import Any

from casework.models import Outcome
from demo.chapters import rapid_review as chapter
from demo.chapters.referral import AGREED, Child, Incident, accepted, notified, referred, views_given
from demo.diary import Story
from demo.scene import Scene, act, everyone_opens, now
from rapid_review import services as rapid
from referrals.models import AbuseOrNeglect


def stories(northmere: Scene, southmere: Scene) -> list[tuple[str, Story[Any]]]:
    return [
        ("Child L, of two areas", _of_two_areas(southmere, northmere)),
        ("Young Person S, who died in care", _died_in_care(northmere)),
    ]


def _of_two_areas(scene: Scene, home: Scene) -> Story[None]:
    day = scene.diary.back(6)
    incident = Incident(
        children=(
            Child(
                "Ines",
                "Falk",
                dt.date(day.on.year - 9, 2, 14),
                sex="female",
                ethnicity="WOTH",
                legal_status="V2",
                placement="U",
                social_care="looked_after",
            ),
        ),
        on=day.minus(1).on,
        la_aware_at=day.at(9, 15),
        account="Ines, who is placed with foster carers in this area, was found unresponsive. She had swallowed tablets left within reach.",
        abuse="Supervision and the storage of medicines in the placement are in question. Neglect is suspected.",
        harm="She was in intensive care for two days. Lasting harm to the liver is likely.",
        agencies="Infirmary, fostering agency, school nursing, police.",
        safety="She will not go back to the placement. The other child there has been moved.",
        place="placement",
        more={"home_la": str(home.council.pk)},
    )
    referral = yield from referred(
        scene,
        day,
        incident,
        by=scene["hospital_representative"],
        agency=scene.agency("southmere_hospital"),
        lead="Henrik Strand",
    )
    case = yield from accepted(
        scene,
        day.plus(1).at(10, 30),
        referral,
        pseudonym="Child L",
        la_aware_at=day.at(9, 15),
        home_la=home.council,
    )
    yield from views_given(scene, day.plus(2).at(13, 10), case, AGREED)
    review = yield from notified(
        scene,
        day.plus(3).at(11),
        case,
        reference="NP-36195",
        summary="A girl of nine, placed from another area, swallowed medicines left within reach in her foster home.",
    )
    yield from chapter.asked(
        scene, day.plus(3).at(14, 40), review, ["southmere_hospital", "council", "police"]
    )
    yield day.plus(4).at(10, 20)
    everyone_opens(case)
    act(
        rapid.ask_own_agencies,
        review,
        agencies=[home.agency("meadowbank"), home.council],
        asked_for="Everything since she came into care, under the name used in this case.",
        by=home["officer"],
        at=now(),
    )
    everyone_opens(case)


def _died_in_care(scene: Scene) -> Story[None]:
    day = scene.diary.back(3)
    incident = Incident(
        children=(
            Child(
                "Jude",
                "Arkle",
                dt.date(day.on.year - 14, 9, 3),
                Outcome.DIED,
                sex="male",
                ethnicity="WBRI",
                legal_status="C2",
                placement="K2",
                social_care="looked_after",
            ),
        ),
        on=day.minus(1).on,
        la_aware_at=day.at(9),
        account="Jude, who had lived with epilepsy since he was small, died in his sleep in his children’s home.",
        abuse="Nobody who knew him suspects abuse or neglect. His care plan was followed.",
        harm="He died. The post mortem points to his epilepsy.",
        agencies="Children’s home, hospital, GP, virtual school.",
        safety="The other young people in the home have been told and are supported.",
        outcome=Outcome.DIED,
        abuse_or_neglect=AbuseOrNeglect.NOT_SUSPECTED,
        harm_types=("neglect",),
        place="placement",
    )
    referral = yield from referred(
        scene,
        day,
        incident,
        by=scene["hospital_representative"],
        agency=scene.agency("hospital"),
        lead="Hester Rowan",
    )
    case = yield from accepted(
        scene, day.plus(1).at(10), referral, pseudonym="Young Person S", la_aware_at=day.at(9)
    )
    everyone_opens(case)
