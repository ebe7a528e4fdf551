"""Family W: twins, signed off more than a year ago, held from the public for a trial while the learning goes on."""

from __future__ import annotations

from typing import Any

from actions.models import Outlook
from chronologies.models import ChildSeen, ContactType
from decisions.kinds import RapidReviewOutcome
from decisions.models import ProceedingKind
from demo.chapters import learning, publication
from demo.chapters import rapid_review as chapter
from demo.chapters import review as reviewing
from demo.chapters.learning import Planned
from demo.chapters.publication import Page
from demo.chapters.rapid_review import Report, Return
from demo.chapters.referral import Child, Incident, to_the_notification
from demo.chapters.review import Event, Terms
from demo.diary import Day, Story
from demo.scene import Scene, everyone_opens

RECOMMENDATIONS = (
    "Plans for babies of parents who were themselves in care are made with both parents in the room, and name the father.",
    "A bruise on a baby who cannot yet move is seen by a paediatrician on the same day, wherever the baby lives.",
    "When carers change, what was known of the parents’ violence is handed over in person.",
    "Any practitioner can ask for a decision to be looked at again, and hears within three days what was decided.",
)

PAGE = Page(
    title="Learning from Family W: two babies and the people around them",
    summary=(
        "Two babies were seriously hurt in a placement that was meant to keep them safe. This review looks at what was known, "
        "who knew it, and why it did not travel with them."
    ),
    statement="To be written when the trial is over.",
    report=("The anonymised report, as it stood when publication was held.",),
)

TOLD = {
    "hospital": [
        Event(170, ContactType.APPOINTMENT, "Booking appointment. Mother says that she was in care.", ChildSeen.NOT_APPLICABLE, "Maternity notes"),
        Event(96, ContactType.CONFERENCE, "Pre-birth planning meeting. The father was not invited.", ChildSeen.NOT_APPLICABLE, significant=True),
        Event(0, ContactType.HOSPITAL, "Both babies admitted; fractures found in both.", significant=True),
    ],
    "health_visiting": [
        Event(74, ContactType.HOME_VISIT, "Both weighed and well. Mother tired.", ChildSeen.WITH_CARER, "Visit record"),
        Event(21, ContactType.HOME_VISIT, "Small mark on the cheek of Twin 2. “She bumped me.”", response="Advice.", significant=True),
    ],
    "council": [
        Event(120, ContactType.ASSESSMENT, "Pre-birth assessment begun; written with the mother alone.", ChildSeen.NOT_APPLICABLE),
        Event(60, ContactType.CONFERENCE, "Child protection plan for both.", ChildSeen.NOT_APPLICABLE),
        Event(30, ContactType.PHONE, "Supervising worker asks whether the father may visit. No answer recorded.", ChildSeen.NOT_APPLICABLE),
    ],
    "police": [
        Event(150, ContactType.POLICE, "Called to the flat; father arrested, no charge.", ChildSeen.NOT_APPLICABLE, "Incident log"),
    ],
    "probation": [],
}  # fmt: skip


def stories(northmere: Scene, southmere: Scene) -> list[tuple[str, Story[Any]]]:
    return [("Family W, held for a trial", _family_w(northmere))]


def _family_w(scene: Scene) -> Story[None]:
    day = scene.diary.back(440)
    born = day.days_before(118)
    incident = Incident(
        children=(Child("Maisie", "Hartnell", born), Child("Corin", "Hartnell", born)),
        on=day.minus(1).on,
        account=(
            "Twins of four months, placed with a relative under a plan, were brought in with a swollen arm and a bruised ear. Both "
            "have fractures. Their father had been staying in the house."
        ),
        abuse="The injuries were caused by somebody. Physical abuse is suspected.",
        harm="Five fractures in the girl, three in the boy. Both will recover.",
        agencies="Hospital, health visiting, social care, police, probation, a housing association.",
        safety="Both are in hospital and will go to foster carers. Their father has been arrested.",
    )
    rapid = yield from to_the_notification(
        scene,
        day,
        incident,
        by=scene["hospital_representative"],
        agency=scene.agency("hospital"),
        lead="Hester Rowan",
        pseudonym="Family W",
        summary="Twins of four months with fractures, in a placement with a relative. Their father has been arrested.",
        reference="NP-32204",
    )
    criminal = yield from publication.proceedings(
        scene,
        day.plus(4).at(9, 30),
        rapid.case,
        ProceedingKind.CRIMINAL,
        "Mere Valley Police, child abuse investigation unit",
        began_on=day.on,
        constraint="Nobody speaks with the father or the relative before the police have.",
    )
    safe = yield from learning.added(
        scene,
        day.plus(4).at(11),
        rapid.case,
        Planned(
            "Every baby placed with a relative is visited within a week, and it is asked who else sleeps in the house.",
            "Nobody lives with a baby without our knowing.",
            "council",
            "council_representative",
            day.plus(15).on,
            immediate=True,
        ),
    )
    rapid = yield from chapter.to_the_panel(
        scene,
        day.plus(4),
        rapid,
        _returns(),
        Report(
            facts="The twins were hurt more than once in the five weeks after they were placed. The father lived there, and no plan said so.",
            safety="Every baby placed with a relative has been visited.",
            improvement="How fathers are seen; how bruises in babies are seen; what is handed over when carers change.",
            context="The mother was nineteen and in care until eighteen. Her own mother, with whom the twins were placed, had lost two children to care.",
            next_steps="The group recommends a review.",
        ),
        outcome=RapidReviewOutcome.LCSPR,
        recommendation="Two babies hurt while under a plan: a review is needed, whatever the court finds.",
        views=(
            "A review. It cannot wait for the trial to begin learning.",
            "A review.",
            "A review, and we shall say what may be asked of witnesses and when.",
        ),
        chair="A review. The learning is not to wait for the verdict; publication may have to.",
        review_type="lcspr",
        method="Systems approach",
    )
    safe = yield from learning.begun(scene, day.plus(16).at(10), safe)
    review = yield from chapter.commissioned(scene, day.plus(17), rapid)
    yield from reviewing.panel_named(
        scene, day.plus(33), review, ["health_representative", "police_representative"]
    )
    yield from reviewing.terms_agreed(scene, day.plus(37), review, _terms())
    review = yield from reviewing.started(scene, day.plus(42), review, chronologies_due=day.plus(64))
    safe = yield from learning.done(scene, day.plus(46).at(9), safe, "The register of visits, with dates.")
    yield from reviewing.checked(
        scene, day.plus(59).at(16), review, "On time. The father may not be spoken with yet."
    )
    yield from reviewing.combined(scene, day.plus(60), review, TOLD)
    safe = yield from learning.evidence_accepted(
        scene, day.plus(65).at(12), safe, look_again_on=day.plus(150).on
    )
    yield from reviewing.checked(
        scene,
        day.plus(77).at(16),
        review,
        "A draft in three weeks. The partners asked that the trial should not shorten it.",
        asked="The partners ask for the draft by the end of next month, and for the paragraphs that touch the evidence apart.",
    )
    review = yield from reviewing.drafting(
        scene,
        day.plus(78),
        review,
        practitioners="Two conversations with fourteen practitioners; two who are witnesses wrote instead.",
        family="The mother and the grandmother met the author. The father was told, through his solicitor, that he may do so later.",
    )
    draft = yield from reviewing.draft_out(
        scene, day.plus(92).at(11), review, "0.2", "Paragraphs 31 to 38 are for the police to read."
    )
    yield from reviewing.checked(scene, day.plus(95).at(16), review, "The police have read their paragraphs.")
    yield from reviewing.recommendations_listed(scene, day.plus(99).at(14), review, RECOMMENDATIONS)
    review = yield from reviewing.put_up(scene, day.plus(102), review, draft)
    yield from reviewing.answered(
        scene,
        day.plus(103),
        review,
        {2: "hospital", 3: "council"},
        partly={3: "In person wherever it is possible; by telephone on the same day where it is not."},
    )
    actions = []
    moment = day.plus(109).at(10)
    for recommendation, each in zip(reviewing.recommendations(review), _plan(day, scene), strict=True):
        actions.append(
            (yield from learning.added(scene, moment, review.case, each, recommendation=recommendation))
        )
    yield from learning.plan_drafted(scene, day.plus(110).at(9), review.case)
    signed = yield from reviewing.signed_off(
        scene,
        day.plus(112),
        review,
        reasons=(
            "Publish it whole, when the court allows it. The actions begin on Monday.",
            "Agreed.",
            "Agreed, but not before the trial: the evidence of two witnesses is in it.",
        ),
        chair="I agree. I ask to be told every three months why it is still held.",
    )
    yield from learning.plan_running(scene, day.plus(116).at(9, 30), review.case)
    yield from _held(scene, day.plus(118), signed, criminal, [safe, *actions])
    everyone_opens(review.case)


def _returns() -> dict[str, Return]:
    return {
        "hospital": Return(
            involvement="Maternity care, two well-baby checks, the admission.",
            analysis="The father came to every appointment. He is in no record.",
            learning="Ask, and write it down.",
        ),
        "health_visiting": Return(
            involvement="Five visits, three of them to the relative’s home.",
            analysis="A mark on a cheek was explained by a twin of four months. It was accepted.",
            learning="A baby who does not move does not bruise.",
        ),
        "council": Return(
            involvement="A pre-birth assessment, a child protection plan, a placement with a relative.",
            analysis="The plan named three people. There were four in the house.",
            learning="Who sleeps here tonight?",
        ),
        "police": Return(
            involvement="One call to the parents’ flat before the birth.",
            analysis="It was recorded under her name, and not found under his.",
            learning="Search for everyone.",
        ),
        "probation": Return(nothing="Case records and court lists were searched for both parents."),
    }


def _terms() -> Terms:
    return Terms(
        months=12,
        why="From the first appointment of the pregnancy to the day of the admission.",
        purpose="To understand why what was known about the adults did not travel with the babies.",
        questions=(
            "Who was known to live with the twins, and who asked?",
            "How were marks on babies understood?",
            "What happened to the doubts of those who had them?",
        ),
        agencies=("hospital", "health_visiting", "council", "police", "probation"),
    )


def _plan(day: Day, scene: Scene) -> tuple[Planned, ...]:
    return (
        Planned(
            "The pre-birth protocol is rewritten: both parents are invited, and the father is named or it is said why not.",
            "Plans for babies are about everyone who will care for them.",
            "council",
            "council_representative",
            day.plus(190).on,
        ),
        Planned(
            "A same-day paediatric look at every bruise on a baby who cannot move, with a telephone number that is always answered.",
            "No baby goes home with an unexplained bruise.",
            "hospital",
            "action_owner",
            day.plus(170).on,
        ),
        Planned(
            "A handover in person when a child moves between carers, with a form of one page that both sign.",
            "What is known of the adults moves with the child.",
            "council",
            "council_representative",
            scene.diary.back(32).on,
        ),
        Planned(
            "A “look again” line: any practitioner may ask for a decision to be looked at, and hears within three days.",
            "Doubts are spoken, and answered.",
            "health_visiting",
            "health_representative",
            scene.diary.ahead(70),
        ),
    )


def _held(scene: Scene, day: Day, signed: Any, criminal: Any, actions: list[Any]) -> Story[None]:
    """Charged, held, looked at again every quarter, while the actions are done one after the other."""
    case = signed.case
    trial = scene.diary.ahead(96)
    signed = yield from publication.prepared(scene, day.at(9, 15), signed, PAGE)
    criminal = yield from publication.listed(
        scene,
        day.at(11),
        criminal,
        next_date=trial,
        event="Trial listed for three weeks",
        constraint="Nothing that tells what a witness said may be public before the verdict.",
    )
    hold = yield from publication.hold_on_publication(
        scene,
        day.at(14),
        case,
        criminal,
        "The Crown Prosecution Service asks that nothing is published before the verdict: two practitioners are witnesses.",
        review_on=day.months_later(3).on,
    )
    signed = yield from publication.held(
        scene,
        day.at(15),
        signed,
        "The report is signed off. It cannot be published before the criminal trial ends. Its learning and actions are not held.",
    )
    safe, protocol, bruises, handover, look_again = actions
    # Counted from the sign-off, a little before: progress is reported within three months of it.
    agreed = day.minus(5)
    past = []
    # From each look to the next: counted from the first, a weekend would make one of them late.
    quarter = agreed.months_later(3)
    while quarter <= scene.diary.back(2):
        past.append(quarter)
        quarter = quarter.months_later(3)
    bruises = yield from learning.begun(
        scene, day.plus(20).at(9), bruises, "The telephone is staffed from Monday."
    )
    safe = yield from learning.closed(
        scene,
        day.plus(40).at(10),
        safe,
        "214 babies visited; in nine homes somebody lived whom nobody had named.",
    )
    bruises = yield from learning.done(
        scene, day.plus(50).at(11), bruises, "Rota, protocol, and the first six weeks of calls."
    )
    yield from _look(scene, past[0], hold, signed, 0)
    bruises = yield from learning.evidence_accepted(
        scene, past[0].plus(2).at(10), bruises, look_again_on=past[0].plus(120).on
    )
    protocol = yield from learning.begun(scene, past[0].plus(10).at(9), protocol)
    protocol = yield from learning.done(
        scene, past[0].plus(14).at(15), protocol, "The protocol, and the minutes that agreed it."
    )
    for number, quarter in enumerate(past[1:], start=1):
        yield from _look(scene, quarter, hold, signed, number)
        if number == 1:
            protocol = yield from learning.evidence_accepted(
                scene, quarter.plus(1).at(11), protocol, look_again_on=scene.diary.ahead(14)
            )
            handover = yield from learning.begun(
                scene,
                quarter.plus(2).at(10),
                handover,
                "Agreed with three fostering agencies; the fourth wants its own form.",
                Outlook.AT_RISK,
            )
        if number == 2:
            bruises = yield from learning.closed(
                scene,
                quarter.plus(2).at(9),
                bruises,
                "In eleven months 47 babies were seen on the same day. In four of them an injury was found that would have been missed.",
            )
            look_again = yield from learning.begun(
                scene, quarter.plus(3).at(10), look_again, "The line opens in the spring."
            )


def _look(scene: Scene, quarter: Day, hold: Any, signed: Any, number: int) -> Story[None]:
    """The quarter’s look at the hold, and its report of progress."""
    reasons = (
        "A plea hearing is listed. The witnesses are still needed.",
        "The trial was moved at the defence’s request.",
        "The trial date stands. The prosecution has been asked whether the learning alone could be published; it could not.",
        "Nothing has changed. The new date is firm.",
        "Nothing has changed.",
    )
    yield from publication.looked_at_again(
        scene,
        quarter.at(11),
        hold,
        reasons[min(number, len(reasons) - 1)],
        review_on=quarter.months_later(3).on,
    )
    yield from learning.reported(
        scene,
        quarter.at(14),
        signed.case,
        "The actions go on while publication is held; see each for its state.",
    )
