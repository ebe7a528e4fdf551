"""Two rapid reviews under way: one with the partners, one still gathering what agencies know."""

from __future__ import annotations

import datetime as dt
from typing import Any

from decisions.kinds import RapidReviewOutcome
from demo.chapters import rapid_review as chapter
from demo.chapters.rapid_review import Report, Return
from demo.chapters.referral import Child, Incident, to_the_notification
from demo.diary import Story
from demo.scene import Scene, act, everyone_opens, now
from rapid_review import services


def stories(northmere: Scene, southmere: Scene) -> list[tuple[str, Story[Any]]]:
    return [
        ("Young Person G, with the partners", _with_the_partners(northmere)),
        ("Child C, gathering information", _gathering(southmere)),
    ]


def _with_the_partners(scene: Scene) -> Story[None]:
    day = scene.diary.back(15)
    incident = Incident(
        children=(Child("Saul", "Whitby", dt.date(day.on.year - 15, 6, 30)),),
        on=day.minus(1).on,
        account=(
            "Saul was stabbed in a car park forty miles from home while missing. He had been found with drugs and two telephones "
            "a month before, and had been excluded from school in the spring."
        ),
        abuse="Criminal exploitation is suspected by every service that knows him.",
        harm="A collapsed lung and nerve damage to the right hand. He will live.",
        agencies="Meadowbank Academy, youth justice, social care, police, child and adolescent mental health.",
        safety="He is in hospital under police guard; a placement out of area is being sought.",
    )
    review = yield from to_the_notification(
        scene,
        day,
        incident,
        by=scene["school_lead"],
        agency=scene.agency("meadowbank"),
        lead="Delia Sloane",
        pseudonym="Young Person G",
        summary="A boy of fifteen, missing and believed to be exploited, was stabbed and seriously injured.",
        reference="NP-36110",
    )
    review = yield from chapter.to_the_partners(
        scene,
        day.plus(4),
        review,
        {
            "meadowbank": Return(
                involvement="On roll until he was excluded in the spring; part-time timetable for six weeks before.",
                analysis=(
                    "Each incident was met as behaviour. Nobody put the absences, the new trainers and the two telephones on one "
                    "page until he was already excluded."
                ),
                learning="Exclusion took away the one adult he spoke to. It should have asked the exploitation team first.",
                childs_voice="He told the receptionist that school was “the only place nobody is waiting for me”.",
                good_practice="The receptionist wrote down every word, with dates.",
            ),
            "council": Return(
                involvement="Two assessments in a year, both closed after one visit; return interviews offered, not taken up.",
                analysis="The assessments looked at his mother’s parenting. The harm was outside the home.",
                learning="An assessment that asks only about the home will miss the street.",
                childs_voice="He was seen twice, once with his mother in the room.",
            ),
            "police": Return(
                involvement="Nine missing reports, one arrest for possession, three stops.",
                analysis="He was seen as an offender in one system and as missing in another.",
                learning="The flag for exploitation was set a week after the arrest, and did not reach the officers who stopped him.",
                good_practice="A neighbourhood officer kept visiting the family in her own time.",
            ),
            "health_visiting": Return(
                nothing="Health visiting and school nursing records since birth were searched."
            ),
        },
        Report(
            facts=(
                "The boy had been missing nine times in seven months. On the last evening he left home at six, and was found "
                "injured at two in the morning. A man known for supplying drugs has been arrested."
            ),
            safety="Two friends named in his telephone have been found, seen and offered support. The flag now reaches patrols.",
            improvement=(
                "Exclusion, missing episodes and arrests are discussed in three meetings that share no list. One list, looked at "
                "weekly, would have shown him in April."
            ),
            context=(
                "He is a Black boy of fifteen whom two services described as streetwise. The group asked whether a white boy of "
                "his age would have been called a victim sooner, and thinks that he would."
            ),
            next_steps="The group recommends a review, looking at how harm outside the home is assessed.",
        ),
    )
    yield from chapter.group_recommends(
        scene,
        day.plus(11).at(15, 30),
        review,
        RapidReviewOutcome.LCSPR,
        "There is more to learn than a rapid review can find: how exclusion is decided, and how adultification was not seen.",
        review_type="lcspr",
        method="Systems approach, with young people advising",
    )
    yield from chapter.partners_say(
        scene,
        day.plus(13).at(11),
        review,
        RapidReviewOutcome.LCSPR,
        (
            "We agree. Our own assessments are part of what has to be looked at, and somebody independent should look.",
            "A review is needed. Please ask it to look at the gap between mental health and youth justice as well.",
        ),
    )
    everyone_opens(review.case)


def _gathering(scene: Scene) -> Story[None]:
    day = scene.diary.back(8)
    incident = Incident(
        children=(Child("Zara", "Molloy", dt.date(day.on.year - 7, 11, 3)),),
        on=day.minus(2).on,
        account="Zara was admitted with burns that are three days old. She has not been at school since the half term.",
        abuse="Treatment was not sought for three days; physical abuse is not ruled out.",
        harm="Burns to a tenth of the body, infected. Skin grafts are likely.",
        agencies="Riverside Primary School, Infirmary, GP, housing, police.",
        safety="An emergency order was made. Her two brothers have been examined and are with their grandmother.",
    )
    review = yield from to_the_notification(
        scene,
        day,
        incident,
        by=scene["school_representative"],
        agency=scene.agency("riverside"),
        lead="Rosa Pickard",
        pseudonym="Child C",
        summary="A girl of seven with untreated burns, out of school for three weeks.",
        reference="NP-36187",
    )
    yield from chapter.asked(
        scene,
        day.plus(3).at(14, 30),
        review,
        ["southmere_hospital", "riverside", "council", "police", "southmere_icb"],
    )
    yield from chapter.returned(
        scene,
        day.plus(5).at(11, 15),
        review,
        "southmere_hospital",
        Return(
            involvement="One attendance last year for a scald, treated and sent home; the present admission.",
            analysis="The scald was seen as an accident. The form that asks whether a child has been seen before was not filled in.",
            learning="A second burn in a year should always be discussed with the named doctor.",
            childs_voice="She asked the nurse not to telephone her mother’s friend.",
        ),
    )
    yield day.plus(6).at(9, 50)
    request = chapter.request_of(scene, review, "southmere_hospital")
    act(services.accept_return, request, by=scene["officer"])
    yield day.plus(6).at(13)
    act(
        services.acknowledge_request,
        chapter.request_of(scene, review, "riverside"),
        by=scene["school_representative"],
    )
    yield day.plus(6).at(15, 30)
    act(
        services.save_return,
        chapter.request_of(scene, review, "council"),
        answers={
            "author_name": scene["council_representative"].name,
            "author_independent": True,
            "records_searched": "Social care, early help and education welfare records",
            "involvement": "Early help closed in the summer when the family did not answer. Housing had served notice in May.",
        },
        version=0,
        by=scene["council_representative"],
    )
    yield day.plus(7).at(16, 5)
    act(services.chase, chapter.request_of(scene, review, "police"), by=scene["officer"], at=now())
    everyone_opens(review.case)
