"""Child K: a review published half a year ago, whose actions are still followed up."""

from __future__ import annotations

import datetime as dt
from typing import Any

from chronologies.models import ChildSeen, ContactType
from decisions.kinds import RapidReviewOutcome
from demo.chapters import learning, publication
from demo.chapters import rapid_review as chapter
from demo.chapters import review as reviewing
from demo.chapters.learning import Planned
from demo.chapters.publication import Page
from demo.chapters.rapid_review import Report, Return
from demo.chapters.referral import Child, Incident, to_the_notification
from demo.chapters.review import Event, Terms
from demo.diary import Story
from demo.scene import Scene, everyone_opens

PAGE = Page(
    title="Learning from Child K: everyone saw a part",
    summary=(
        "Child K, a boy of primary school age, became seriously ill because he was not being looked after. Many people had "
        "noticed something: his teeth, his clothes, the days he missed. Each noticed it alone.\n\n"
        "This review asks how so many small worries stayed small, and what would have made them one. It finds that services "
        "waited for an event, and that neglect is not an event. It makes four recommendations, all of them accepted."
    ),
    statement=(
        "The partnership accepts every recommendation. We are sorry. We have already changed how schools, dentists and health "
        "visitors tell each other what they see, and we report on this page what difference that makes."
    ),
    report=(
        "Neglect is seldom one thing. It is the appointment missed, the coat that is too small, the form that comes back empty.",
        "The review spoke with eleven practitioners and with Child K’s mother. All of them said that they had worried, and that they "
        "had thought somebody else knew more.",
        "Recommendation 1. Small worries about a child’s care are put on one list that every service can add to and read.",
        "Recommendation 2. A missed dental or hospital appointment of a child is written down as “was not brought”.",
        "Recommendation 3. Home conditions are described in words that another person could check.",
        "Recommendation 4. Parents are told plainly, and early, what has to change and by when.",
    ),
)

RECOMMENDATIONS = (
    "Small worries about a child’s care are put on one list that every service can add to and read.",
    "A missed dental or hospital appointment of a child is written down, and followed up, as “was not brought”.",
    "Home conditions are described in words that another person could check.",
    "Parents are told plainly, and early, what has to change and by when.",
)

TOLD = {
    "meadowbank": [
        Event(410, ContactType.ABSENCE, "Absent for the third Monday in a row. No reason given.", ChildSeen.NOT_SEEN, "Register"),
        Event(302, ContactType.OTHER, "Came without a coat in January. Given one from the cupboard.", ChildSeen.ALONE, "Pastoral notes"),
        Event(121, ContactType.PHONE, "Mother said that he would see the dentist soon.", ChildSeen.NOT_APPLICABLE, "Office book"),
    ],
    "health_visiting": [
        Event(388, ContactType.NOT_BROUGHT, "Not brought to the growth clinic.", ChildSeen.NOT_SEEN, "Clinic system"),
        Event(264, ContactType.HOME_VISIT, "Nobody opened. Card left.", ChildSeen.NOT_SEEN, "Visit record", significant=True),
    ],
    "hospital": [
        Event(199, ContactType.NOT_BROUGHT, "Dental extraction under anaesthetic: not brought, for the second time.", ChildSeen.NOT_SEEN),
        Event(0, ContactType.HOSPITAL, "Admitted with sepsis from an abscess.", ChildSeen.WITH_CARER, significant=True),
    ],
    "council": [
        Event(233, ContactType.REFERRAL, "Referral from the school about clothes and absence. Advice given; closed.", ChildSeen.NOT_SEEN),
    ],
}  # fmt: skip


def stories(northmere: Scene, southmere: Scene) -> list[tuple[str, Story[Any]]]:
    return [("Child K, published", _child_k(northmere))]


def _child_k(scene: Scene) -> Story[None]:
    day = scene.diary.back(262)
    incident = Incident(
        children=(Child("Toby", "Marsden", dt.date(day.on.year - 6, 4, 12)),),
        on=day.minus(1).on,
        account="Toby was admitted with an infection of the blood that began in his teeth. He weighs what a four-year-old does.",
        abuse="Neglect over a long time is suspected: teeth, weight, absence, and three services that had worried.",
        harm="Two weeks in intensive care, and the loss of six teeth.",
        agencies="Meadowbank Academy, health visiting, hospital dentists, social care.",
        safety="He is in hospital and will go to foster carers.",
    )
    rapid = yield from to_the_notification(
        scene,
        day,
        incident,
        by=scene["hospital_representative"],
        agency=scene.agency("hospital"),
        lead="Hester Rowan",
        pseudonym="Child K",
        summary="A boy of six with sepsis from untreated dental disease, and severe underweight.",
        reference="NP-33871",
    )
    rapid = yield from chapter.to_the_panel(
        scene,
        day.plus(4),
        rapid,
        {
            "meadowbank": Return(
                involvement="On roll for two years; attendance of 81 per cent.",
                analysis="Four members of staff each gave him something: a coat, breakfast, a quiet corner, time.",
                learning="We were kind, and did not add it up.",
            ),
            "hospital": Return(
                involvement="Two dental appointments to which he was not brought.",
                analysis="Both were recorded as “did not attend”, as though a boy of six could.",
                learning="Change the words on the screen.",
            ),
            "council": Return(
                involvement="One referral, closed with advice.",
                analysis="It described a coat. It was read as a coat.",
                learning="Ask the next question.",
            ),
            "police": Return(nothing="Crime, incident and vulnerability records were searched."),
        },
        Report(
            facts="Three services saw three parts of the same neglect over fourteen months.",
            safety="The hospital has rung the family of every child with two missed dental appointments.",
            improvement="How small worries become one worry.",
            context="His mother works nights in a warehouse. She cannot read well, and had told nobody.",
            next_steps="The group recommends a review.",
        ),
        outcome=RapidReviewOutcome.LCSPR,
        recommendation="Neglect that everybody saw a part of: the partnership has to understand it.",
        views=("A review.", "A review, with the dentists in it.", "A review."),
        chair="A review, and I ask that it speaks with his mother first and not last.",
        review_type="lcspr",
        method="Systems approach",
    )
    review = yield from chapter.commissioned(scene, day.plus(16), rapid)
    yield from reviewing.panel_named(
        scene, day.plus(32), review, ["health_representative", "council_representative"]
    )
    yield from reviewing.terms_agreed(
        scene,
        day.plus(36),
        review,
        Terms(
            months=18,
            why="From the first missed appointment to the day he was admitted.",
            purpose="To understand how neglect seen by many was held by nobody.",
            questions=(
                "What did each service see, and what did it do with it?",
                "What would have made it possible to add it up?",
                "What was life like for Child K on an ordinary Tuesday?",
            ),
            agencies=("meadowbank", "health_visiting", "hospital", "council"),
        ),
    )
    review = yield from reviewing.started(scene, day.plus(41), review, chronologies_due=day.plus(62))
    yield from reviewing.checked(
        scene, day.plus(57).at(16), review, "On time. Every chronology is promised for this week."
    )
    yield from reviewing.combined(scene, day.plus(58), review, TOLD)
    yield from reviewing.checked(
        scene, day.plus(75).at(16), review, "The conversations were good. A draft in two weeks."
    )
    review = yield from reviewing.drafting(
        scene,
        day.plus(76),
        review,
        practitioners="Two conversations with eleven practitioners, without their managers.",
        family="Child K’s mother met the author three times. His father did not answer.",
    )
    draft = yield from reviewing.draft_out(
        scene, day.plus(88).at(11), review, "0.3", "After both conversations."
    )
    yield from reviewing.checked(
        scene, day.plus(93).at(16), review, "The draft is out, a week before it was planned."
    )
    yield from reviewing.recommendations_listed(scene, day.plus(95).at(14), review, RECOMMENDATIONS)
    review = yield from reviewing.put_up(scene, day.plus(98), review, draft)
    yield from reviewing.answered(scene, day.plus(100), review, {2: "hospital"})
    planned = _plan(scene)
    actions = []
    moment = day.plus(106).at(10)
    for recommendation, each in zip(reviewing.recommendations(review), planned, strict=True):
        actions.append(
            (yield from learning.added(scene, moment, review.case, each, recommendation=recommendation))
        )
    yield from learning.plan_drafted(scene, day.plus(107).at(9), review.case)
    signed = yield from reviewing.signed_off(
        scene,
        day.plus(108),
        review,
        reasons=(
            "Hard to read, and right. Publish it whole.",
            "Agreed. The recommendation about appointments is in force already.",
            "Agreed.",
        ),
        chair="It is plain, fair to his mother, and short. I agree that it is published whole.",
    )
    yield from learning.plan_running(scene, day.plus(112).at(10), review.case)
    yield from publication.published(scene, day.plus(114), signed, PAGE)
    yield from _afterwards(scene, day.plus(150), actions)
    everyone_opens(review.case)


def _plan(scene: Scene) -> tuple[Planned, ...]:
    back = scene.diary.back
    return (
        Planned(
            "One shared list of small worries is opened in every school and health visiting team.",
            "Three small worries about one child are read by one person within a week.",
            "council",
            "council_representative",
            back(70).on,
            milestones="A trial in two schools; then all of them.",
        ),
        Planned(
            "“Did not attend” is taken off the screens for children, and “was not brought” put on with a task behind it.",
            "A child who is not brought is looked for.",
            "hospital",
            "action_owner",
            back(88).on,
        ),
        Planned(
            "The home conditions scale is used on every visit where a worry about care is recorded.",
            "Two people who visit the same home describe the same home.",
            "health_visiting",
            "health_representative",
            back(20).on,
        ),
        Planned(
            "Letters to parents are rewritten with parents, and tested with parents who do not read easily.",
            "Parents can say in their own words what has to change.",
            "council",
            "council_representative",
            scene.diary.ahead(45),
        ),
    )


def _afterwards(scene: Scene, day: Any, actions: list[Any]) -> Story[None]:
    """What became of the four actions since."""
    shared_list, words, scale, letters = actions
    words = yield from learning.begun(scene, day.at(10), words)
    words = yield from learning.done(
        scene, day.plus(4).at(15), words, "The screens before and after, and the new procedure."
    )
    words = yield from learning.evidence_accepted(
        scene, day.plus(9).at(11), words, look_again_on=day.plus(60).on
    )
    shared_list = yield from learning.begun(
        scene, day.plus(12).at(9), shared_list, "The trial runs in two schools."
    )
    letters = yield from learning.begun(
        scene, day.plus(16).at(14), letters, "Six parents are rewriting them with us."
    )
    yield from learning.reported(
        scene,
        day.plus(18).at(16),
        words.case,
        "The screens are changed, the list is on trial in two schools, the letters are being rewritten. The scale has not begun.",
    )
    shared_list = yield from learning.done(
        scene,
        day.plus(44).at(11),
        shared_list,
        "The list as it was used in the two schools for ten weeks, without names.",
    )
    shared_list = yield from learning.evidence_accepted(
        scene, day.plus(50).at(12), shared_list, look_again_on=scene.diary.ahead(30)
    )
    yield from learning.closed(
        scene,
        day.plus(62).at(10),
        words,
        "In five months 61 children were not brought; 58 were seen within two weeks. Before, nobody could say.",
    )
    scale = yield from learning.begun(
        scene, day.plus(70).at(9), scale, "Training is half done; two teams have nobody to send."
    )
    yield from learning.reported(
        scene,
        day.plus(80).at(16),
        words.case,
        "One action is closed with what it changed. The home conditions scale is behind for want of trainers.",
    )
