"""Baby R: a review under way, with chronologies coming in."""

from __future__ import annotations

from typing import Any

from chronologies.models import ChildSeen, ContactType, Precision
from decisions.kinds import RapidReviewOutcome
from decisions.models import ProceedingKind
from demo.chapters import publication
from demo.chapters import rapid_review as chapter
from demo.chapters import review as reviewing
from demo.chapters.rapid_review import Report, Return
from demo.chapters.referral import Child, Incident, to_the_notification
from demo.chapters.review import Event, Terms
from demo.diary import Story
from demo.scene import Scene, everyone_opens

HOSPITAL = (
    Event(203, ContactType.APPOINTMENT, "Booking appointment at 20 weeks. Says that she has moved from another county.", ChildSeen.NOT_APPLICABLE, "Maternity notes"),
    Event(160, ContactType.NOT_BROUGHT, "Did not come to the scan. No call made.", ChildSeen.NOT_APPLICABLE, "Maternity notes", analysis="The second missed scan should have led to a home visit."),
    Event(41, ContactType.HOSPITAL, "Born at 34 weeks, 1,900 grams. Twelve days in special care.", ChildSeen.WITH_CARER, significant=True),
    Event(29, ContactType.CONFERENCE, "Discharge planned on the ward. The health visitor was not rung.", ChildSeen.WITH_CARER, precision=Precision.ABOUT),
    Event(0, ContactType.HOSPITAL, "Brought in not breathing, by ambulance.", ChildSeen.WITH_CARER, "Emergency department record", significant=True),
)  # fmt: skip
POLICE = (
    Event(187, ContactType.POLICE, "Called by a neighbour to shouting. Both adults said that nothing had happened.", ChildSeen.NOT_APPLICABLE, "Incident log"),
    Event(33, ContactType.POLICE, "Man stopped while driving; a baby in the back without a seat. Fined.", ChildSeen.WITH_CARER, "Traffic record", analysis="Nobody was told that there was a baby."),
)  # fmt: skip
COUNCIL = (
    Event(28, ContactType.REFERRAL, "Referral from the ward: “mum quiet, dad does the talking”. No further action.", ChildSeen.NOT_SEEN, "Front door record", significant=True),
)  # fmt: skip


def stories(northmere: Scene, southmere: Scene) -> list[tuple[str, Story[Any]]]:
    return [("Baby R, in review", _baby_r(northmere))]


def _baby_r(scene: Scene) -> Story[None]:
    day = scene.diary.back(58)
    incident = Incident(
        children=(Child("Jude", "Olsen", day.days_before(42)),),
        on=day.minus(1).on,
        account="Jude stopped breathing at home at five in the morning. A scan shows bleeding of two different ages.",
        abuse="Abusive head trauma is suspected.",
        harm="He is blind in one eye and has seizures.",
        agencies="Hospital, health visiting, police, social care.",
        safety="He is in hospital. His parents have been arrested and released; no other child is in the home.",
    )
    rapid = yield from to_the_notification(
        scene,
        day,
        incident,
        by=scene["hospital_representative"],
        agency=scene.agency("hospital"),
        lead="Hester Rowan",
        pseudonym="Baby R",
        summary="A baby of six weeks, born early, with suspected abusive head trauma.",
        reference="NP-35502",
    )
    yield from publication.proceedings(
        scene,
        day.plus(3).at(14, 30),
        rapid.case,
        ProceedingKind.CRIMINAL,
        "Mere Valley Police, child abuse investigation unit",
        began_on=day.on,
        constraint="Practitioners who are witnesses are spoken with only after their statements.",
    )
    rapid = yield from chapter.to_the_panel(
        scene,
        day.plus(4),
        rapid,
        {
            "hospital": Return(
                involvement="Maternity care, special care, discharge, the admission.",
                analysis="He went home from special care on a Friday with a leaflet.",
                learning="Early babies go home with a visit booked.",
            ),
            "health_visiting": Return(
                involvement="None before the admission: the discharge letter arrived nine days later.",
                analysis="A baby whom we should have seen within a week was not on our list.",
                learning="The list is made from letters. It should be made from births.",
            ),
            "council": Return(
                involvement="One referral from the ward, closed the same day.",
                analysis="It was about a feeling. Feelings were not asked about further.",
                learning="Ring the person who wrote it.",
            ),
            "police": Return(
                involvement="A call before the birth, and a traffic stop after it.",
                analysis="Two facts in two systems.",
                learning="A baby in a car without a seat is told to the health visitor.",
            ),
        },
        Report(
            facts="The baby was born six weeks early, went home after twelve days, and was seen by nobody for the eighteen days before he was hurt.",
            safety="Every early baby at home has been visited this month.",
            improvement="The days between the ward and the first visit.",
            context="His mother is from Norway and had been here for five months. She was never spoken with alone.",
            next_steps="The group recommends a review.",
        ),
        outcome=RapidReviewOutcome.LCSPR,
        recommendation="The gap between hospital and home has to be understood.",
        views=("A review.", "A review, please with maternity in it.", "A review."),
        chair="A review. Speak with his mother in her own language.",
        review_type="lcspr",
        method="Systems approach",
    )
    review = yield from chapter.commissioned(scene, day.plus(16), rapid)
    yield from reviewing.panel_named(
        scene, day.plus(33), review, ["health_representative", "council_representative"]
    )
    yield from reviewing.terms_agreed(
        scene,
        day.plus(37),
        review,
        Terms(
            months=9,
            why="From the move into the county to the day he was hurt.",
            purpose="To understand who looked after the days between the ward and the first visit.",
            questions=(
                "Who knew that he was at home?",
                "What did each service know about his father?",
                "How was his mother heard?",
            ),
            agencies=("hospital", "health_visiting", "council", "police"),
        ),
    )
    review = yield from reviewing.started(scene, day.plus(44), review, chronologies_due=day.plus(59))
    case, until = review.case, incident.on
    yield from reviewing.typed(scene, day.plus(47).at(10), case, "hospital", HOSPITAL, until=until)
    yield from reviewing.typed(scene, day.plus(49).at(9), case, "police", POLICE, until=until)
    yield from reviewing.sent_in(scene, day.plus(51).at(12), case, "hospital")
    yield from reviewing.taken_in(scene, day.plus(52).at(11), case, ["hospital"])
    yield from reviewing.sent_in(scene, day.plus(54).at(15), case, "police")
    yield from reviewing.typed(scene, day.plus(56).at(16), case, "council", COUNCIL, until=until)
    everyone_opens(case)
