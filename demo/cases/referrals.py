"""What has only just come in: referrals new, begun, sent back, spoken, joined with another; and one not met."""

from __future__ import annotations

import datetime as dt
from typing import Any

from casework.drafts import read_answers, save_draft
from casework.models import Outcome
from casework.services import answer_opening
from decisions.kinds import CriteriaOutcome
from demo.chapters.referral import (
    Child,
    Incident,
    accepted,
    answers_of,
    recommended,
    referred,
    views_given,
)
from demo.diary import Story
from demo.scene import Scene, act, everyone_opens, now, today
from publication.services import bring_to_chair
from referrals import services
from referrals.models import AbuseOrNeglect, Channel


def stories(northmere: Scene, southmere: Scene) -> list[tuple[str, Story[Any]]]:
    return [
        ("a referral not sent yet", _begun(northmere)),
        ("just referred", _just_referred(northmere)),
        ("the same boy, from the hospital", _again_from_the_hospital(northmere)),
        ("sent back for more", _sent_back(northmere)),
        ("two views of three, and a duplicate", _two_views(northmere)),
        ("criteria not met", _not_met(northmere)),
        ("withdrawn, and before the sub-group chair again", _before_the_chair(northmere)),
        ("from the child death overview panel", _from_the_death_panel(southmere)),
        ("told by telephone", _told_by_telephone(southmere)),
    ]


def _begun(scene: Scene) -> Story[None]:
    day = scene.diary.back(1)
    incident = Incident(
        children=(Child("Linnet", "Ashgrove", dt.date(day.on.year - 9, 4, 2), Outcome.UNCLEAR),),
        on=day.days_before(2),
        account="She told her class teacher on Monday that she is afraid to go home. A bruise behind the ear was seen.",
        abuse="",
        harm="",
        agencies="",
        safety="",
    )
    yield day.at(15, 20)
    by = scene["referrer"]
    referral = act(services.begin_referral, scene.partnership, by=by, agency=scene.agency("meadowbank"))
    assert referral.draft is not None
    typed = answers_of(scene, incident, on=day.on, lead="Delia Sloane")
    begun = (
        "lead_name",
        "lead_discussed_on",
        "lead_view",
        "children",
        "account",
        "incident_when",
        "incident_from",
    )
    kept = read_answers(referral.draft) | {question: typed[question] for question in begun}
    act(save_draft, referral.draft, answers=kept, version=referral.draft.version, by=by)


def _just_referred(scene: Scene) -> Story[None]:
    day = scene.diary.back(1)
    incident = Incident(
        children=(Child("Bryn", "Sayer", dt.date(day.on.year - 6, 2, 11)),),
        on=day.minus(1).on,
        la_aware_at=day.minus(1).at(16, 40),
        account=(
            "Bryn collapsed in assembly and was taken to hospital. He weighs as much as a child of three. His mother says he "
            "is a picky eater. The kitchen staff say that he hides food in his sleeves."
        ),
        abuse="Long-standing neglect is suspected: his weight, his teeth, and what he does with food.",
        harm="The consultant speaks of severe malnutrition, with effects on growth that may last.",
        agencies="School, school nurse, GP. There was a child in need plan until last summer.",
        safety="He stays in hospital. The strategy discussion is this afternoon; his sister is with an aunt.",
    )
    referral = yield from referred(
        scene, day, incident, by=scene["referrer"], agency=scene.agency("meadowbank"), lead="Delia Sloane"
    )
    yield day.at(14)
    assert referral.case is not None
    everyone_opens(referral.case)


def _again_from_the_hospital(scene: Scene) -> Story[None]:
    """The boy whom the school referred: his name as the ward heard it, day and month of his birth the wrong way round."""
    day = scene.diary.back(1)
    incident = Incident(
        children=(Child("Brin", "Sayers", dt.date(day.on.year - 6, 11, 2)),),
        on=day.minus(1).on,
        la_aware_at=day.minus(1).at(15, 5),
        account="Six-year-old brought in by ambulance from his school after a collapse. Weight far below the lowest centile.",
        abuse="Neglect is suspected. No illness has been found that explains his weight.",
        harm="Severe malnutrition, with refeeding under cardiac monitoring.",
        agencies="Ambulance service, this hospital, GP.",
        safety="On the ward. Social care was told from the emergency department.",
    )
    referral = yield from referred(
        scene,
        day,
        incident,
        by=scene["hospital_representative"],
        agency=scene.agency("hospital"),
        lead="Hester Rowan",
    )
    yield day.at(14, 5)
    assert referral.case is not None
    everyone_opens(referral.case)


def _sent_back(scene: Scene) -> Story[None]:
    day = scene.diary.back(6)
    incident = Incident(
        children=(Child("Mina", "Castell", None, Outcome.UNCLEAR),),
        on=day.days_before(3),
        approximate=True,
        account="A pupil’s younger sister is said to have been seriously hurt at home. We have this from another parent.",
        abuse="Another parent says that the stepfather “lost it”. We have not seen the child.",
        harm="Not known. She has not been at nursery this week.",
        agencies="Her brother is with us. We do not know about the nursery.",
        safety="We rang the front door for children at risk, who are making enquiries.",
        outcome=Outcome.UNCLEAR,
        safe_now="not_known",
    )
    referral = yield from referred(
        scene, day, incident, by=scene["school_lead"], agency=scene.agency("meadowbank"), lead="Delia Sloane"
    )
    yield day.plus(1).at(10, 15)
    assert referral.case is not None
    everyone_opens(referral.case)
    act(
        services.return_to_referrer,
        referral,
        by=scene["officer"],
        reason=(
            "Thank you for writing at once. Before we can take this further we need the child’s date of birth, or the name of "
            "her nursery, and what the front door told you when you rang."
        ),
        questions=[
            ("Which nursery does she go to?", ""),
            ("What did the front door tell you, and who was it?", ""),
        ],
    )


def _two_views(scene: Scene) -> Story[None]:
    """The school and the hospital refer the same boy; one partner has still to say what they think."""
    day = scene.diary.back(3)
    boy = Child("Rory", "Tamblyn", dt.date(day.on.year - 4, 9, 23), nhs_number="999 004 7310")
    aware = day.at(8, 50)
    incident = Incident(
        children=(boy,),
        on=day.minus(1).on,
        la_aware_at=aware,
        account=(
            "Rory was brought to the emergency department by ambulance after a neighbour found him unconscious in the garden. "
            "Tests showed a prescribed opiate that nobody in the house is prescribed."
        ),
        abuse="Somebody gave it to him, or left it where he could reach it, in a home where there was known drug use.",
        harm="He was ventilated for two days. He is awake; whether there is lasting injury is not known.",
        agencies="Health visiting, GP, adult drug treatment service, school nursery, police.",
        safety="Police protection, then an agreed placement with his grandmother. The house is being searched.",
        outcome=Outcome.SERIOUSLY_HARMED,
    )
    referral = yield from referred(
        scene,
        day,
        incident,
        by=scene["health_representative"],
        agency=scene.agency("health_visiting"),
        lead="Hugo Vance",
    )
    yield day.plus(1).at(9, 40)
    case = referral.case
    assert case is not None
    act(answer_opening, case, by=scene["officer"], knows_someone=False)
    referral = act(
        services.accept_referral,
        referral,
        by=scene["officer"],
        pseudonym="Child D",
        incident_la=scene.council,
        home_la=scene.council,
        la_aware_at=aware,
        on=today(),
    )
    second = yield from referred(
        scene,
        day.plus(1),
        Incident(
            children=(Child("Rory", "Tamblin", boy.born_on, nhs_number=boy.nhs_number),),
            on=day.minus(1).on,
            account="Four-year-old admitted unconscious; toxicology positive for an opiate. Ventilated. Police involved.",
            abuse="No innocent explanation has been offered for the substance found.",
            harm="Ventilated in intensive care. Neurological outcome uncertain.",
            agencies="Ambulance service, this hospital, GP.",
            safety="On the ward, with supervised visits only.",
        ),
        by=scene["hospital_representative"],
        agency=scene.agency("hospital"),
        lead="Hester Rowan",
    )
    # Only those who act have opened this case yet: whoever else does is asked whom they know.
    yield day.plus(1).at(13, 30)
    for key in ("partner_la", "partner_icb"):
        act(answer_opening, case, by=scene[key], knows_someone=False)
    yield from views_given(
        scene,
        day.plus(1).at(14, 5),
        case,
        (
            "The substance could only come from an adult in the home, and he was left alone with it. That is neglect at the "
            "least. He nearly died. I find both parts met.",
            "Intensive care for two days is serious harm whatever the outcome. I find both parts met.",
        ),
        opened=False,
    )
    yield day.plus(2).at(9, 25)
    (child,), (subject,) = second.children.all(), services.children_of(case)
    act(
        services.mark_duplicate,
        second,
        of=case,
        by=scene["officer"],
        reason="The same boy and the same admission: one case, and the hospital is kept as a second referrer.",
        same_as={child: subject},
        on=today(),
    )


def _not_met(scene: Scene) -> Story[None]:
    day = scene.diary.back(44)
    incident = Incident(
        children=(Child("Felix", "Quill", dt.date(day.on.year - 13, 1, 19), Outcome.NEITHER),),
        on=day.minus(1).on,
        la_aware_at=day.at(9),
        account="Felix, who uses a wheelchair, fell from a climbing frame on a school trip and broke both wrists.",
        abuse="He had been left without the adult his plan names. We do not think that anyone meant him harm.",
        harm="Two fractures, plastered; he is back at school.",
        agencies="School, hospital, disabled children’s team.",
        safety="The school has stopped trips for a fortnight and is reviewing every plan.",
        outcome=Outcome.NEITHER,
        abuse_or_neglect=AbuseOrNeglect.NOT_SUSPECTED,
    )
    referral = yield from referred(
        scene,
        day,
        incident,
        by=scene["school_representative"],
        agency=scene.agency("meadowbank"),
        lead="Delia Sloane",
    )
    case = yield from accepted(
        scene, day.plus(1).at(11), referral, pseudonym="Child H", la_aware_at=day.at(9)
    )
    nothing = CriteriaOutcome.NOT_MET_NFA
    yield from recommended(
        scene,
        day.plus(2).at(14, 30),
        case,
        nothing,
        "An accident with a lapse in supervision, looked into properly by the school. Neither part of the criteria is met.",
    )
    yield from views_given(
        scene,
        day.plus(3).at(9, 30),
        case,
        (
            "Neither abuse nor neglect is suspected by anyone who was there. Not met.",
            "Fractures that heal in six weeks are not serious harm as the law means it. Not met.",
            "No offence. We agree with the group.",
        ),
        outcome=nothing,
    )


def _before_the_chair(scene: Scene) -> Story[None]:
    """Withdrawn the day after it came; three weeks later something is found, and the chair has still to answer."""
    day = scene.diary.back(24)
    incident = Incident(
        children=(Child("Tamsin", "Rudd", dt.date(day.on.year - 13, 9, 19), Outcome.UNCLEAR),),
        on=day.minus(1).on,
        account="Tamsin took tablets at school and was in hospital for a night. She says that it was a dare.",
        abuse="None is known. She would not say where she got them.",
        harm="She has recovered.",
        agencies="School, hospital.",
        safety="She is at home with her father.",
        outcome=Outcome.UNCLEAR,
    )
    by = scene["school_lead"]
    referral = yield from referred(
        scene, day, incident, by=by, agency=scene.agency("meadowbank"), lead="Delia Sloane"
    )
    yield day.plus(1).at(9, 30)
    assert referral.case is not None
    everyone_opens(referral.case)
    reason = "The hospital sees no harm that lasts, and nobody suspects abuse or neglect."
    referral = act(services.ask_to_withdraw, referral, by=by, reason=reason)
    yield day.plus(1).at(15, 10)
    referral = act(
        services.withdraw_referral,
        referral,
        by=scene["officer"],
        reason=reason,
        agreed_by=scene["sub_group_chair"],
    )
    yield scene.diary.back(2).at(11, 20)
    act(
        bring_to_chair,
        referral.case,
        by=scene["officer"],
        words=(
            "The school has found messages on her telephone from a man who sent her the tablets and told her to take them. The "
            "police have them. Nobody knew of this when the referral was withdrawn."
        ),
        pseudonym="Child F",
        incident_la=scene.council,
        home_la=scene.council,
        on=today(),
    )
    everyone_opens(referral.case)


def _from_the_death_panel(scene: Scene) -> Story[None]:
    day = scene.diary.back(2)
    incident = Incident(
        children=(Child("Delphine", "Roe", dt.date(day.on.year - 1, 3, 8), Outcome.DIED),),
        on=day.days_before(61),
        account=(
            "Reviewing the death of a girl of a few months in unsafe sleeping arrangements, the panel learned that three "
            "services had each recorded drinking by both parents and that none had told another."
        ),
        abuse="Neglect is suspected: the warnings were many, and the plan made at discharge was not carried out.",
        harm="She died. The cause is given as unascertained; the inquest has not been opened.",
        agencies="Midwifery, health visiting, GP, ambulance service, police.",
        safety="There are no other children in the household.",
        outcome=Outcome.DIED,
    )
    referral = yield from referred(
        scene, day, incident, by=scene["cdop_manager"], agency=scene.agency("cdop"), lead="Clara Dopson"
    )
    yield day.at(16)
    assert referral.case is not None
    everyone_opens(referral.case)


def _told_by_telephone(scene: Scene) -> Story[None]:
    """Only spoken so far: the forty-eight hours for the written referral run."""
    yield scene.diary.yesterday().at(15, 45)
    referral = act(
        services.log_oral_notice,
        scene.partnership,
        by=scene["officer"],
        agency=scene.agency("riverside"),
        told_at=now() - dt.timedelta(minutes=25),
        referrer_name=scene["school_representative"].name,
        referrer_job_title="Safeguarding lead",
        channel=Channel.TELEPHONE,
        on=today(),
    )
    assert referral.case is not None
    everyone_opens(referral.case)
