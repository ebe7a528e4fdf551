"""From the sign-off to the public page, with what may stand between."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from casework.models import Case
from correspondence.models import How
from decisions import services as decisions
from decisions.models import Hold, HoldKind, HoldSource, ParallelProceeding, ProceedingKind
from demo.diary import Day, Story
from demo.papers import paper
from demo.scene import Scene, act, everyone_opens, now, today
from panels import services as panels
from publication import services
from publication.gates import GateKind
from publication.models import Publication
from publication.rules.publishing import Copied
from publication.services import Reasons


@dataclass(frozen=True)
class Page:
    """What the public reads."""

    title: str
    summary: str
    statement: str
    report: tuple[str, ...]


GATES = (
    (GateKind.ANONYMISED, "officer", "Read twice against the list of names and places; searched for in the local press."),
    (GateKind.ANONYMISED, "sub_group_member", "Read by someone who did not know the case: nobody could be named from it."),
    (GateKind.LEGAL, "legal_adviser", "Read for the partnership; no order restricts it."),
    (GateKind.PROSECUTION, "officer", "The police and the Crown Prosecution Service have written that they do not object."),
    (GateKind.CORONER, "officer", "There is no inquest."),
    (GateKind.FAMILY, "family_lead", "Both parents were written to, and one read the report with the family lead."),
    (GateKind.ACCESSIBLE, "communications", "Tagged, with headings; read aloud by a screen reader from start to end."),
)  # fmt: skip


def proceedings(
    scene: Scene,
    moment: dt.datetime,
    case: Case,
    kind: ProceedingKind,
    body: str,
    *,
    began_on: dt.date,
    constraint: str,
) -> Story[ParallelProceeding]:
    """Another process about the same child is recorded."""
    yield moment
    return act(
        decisions.add_proceeding,
        case,
        kind=kind,
        body=body,
        began_on=began_on,
        constraint=constraint,
        contact=f"Case officer, {body}",
        by=scene["officer"],
    )


def listed(
    scene: Scene,
    moment: dt.datetime,
    proceeding: ParallelProceeding,
    *,
    next_date: dt.date,
    event: str,
    constraint: str,
) -> Story[ParallelProceeding]:
    """Somebody is charged, and the trial is listed."""
    yield moment
    return act(
        decisions.list_proceeding,
        proceeding,
        next_date=next_date,
        next_event=event,
        constraint=constraint,
        by=scene["officer"],
    )


def hold_on_publication(
    scene: Scene,
    moment: dt.datetime,
    case: Case,
    proceeding: ParallelProceeding,
    reason: str,
    *,
    review_on: dt.date,
) -> Story[Hold]:
    """A partner holds publication because the prosecution asked."""
    yield moment
    return act(
        decisions.add_hold,
        case,
        kind=HoldKind.PUBLICATION,
        reason=reason,
        source=HoldSource.CPS,
        on=today(),
        review_on=review_on,
        asked_by="complex casework unit",
        proceeding=proceeding,
        by=scene["partner_police"],
    )


def looked_at_again(
    scene: Scene, moment: dt.datetime, hold: Hold, reason: str, *, review_on: dt.date
) -> Story[Hold]:
    yield moment
    return act(
        decisions.review_hold,
        hold,
        reason=reason,
        on=today(),
        review_on=review_on,
        by=scene["partner_police"],
    )


def held(scene: Scene, moment: dt.datetime, publication: Publication, words: str) -> Story[Publication]:
    """Publication is held, and the dated reasons go to the National Panel and the Secretary of State."""
    yield moment
    reasons = Reasons(
        sent_at=now() - dt.timedelta(minutes=5),
        how=How.EMAIL,
        words=words,
        proof=paper("Reasons for delay", words),
    )
    return act(services.hold_publication, publication, reasons=reasons, by=scene["business_manager"])


def prepared(scene: Scene, moment: dt.datetime, publication: Publication, page: Page) -> Story[Publication]:
    """The words of the public page are written and the anonymised report is uploaded."""
    yield moment
    return act(
        services.prepare_publication,
        publication,
        version=publication.version,
        by=scene["officer"],
        report=paper(page.title, *page.report),
        public_title=page.title,
        summary=page.summary,
        statement=page.statement,
    )


def published(
    scene: Scene, day: Day, publication: Publication, page: Page, *, lateness_reason: str = ""
) -> Story[Publication]:
    """Prepared, planned, copied ahead, every gate opened, and published thirteen working days after `day`."""
    publication = yield from prepared(scene, day.at(10), publication, page)
    planned = day.plus(13)
    yield day.plus(1).at(9, 30)
    everyone_opens(publication.case)
    publication = act(
        services.plan_publication, publication, planned_on=planned.on, by=scene["business_manager"]
    )
    yield day.plus(2).at(10)
    act(
        services.record_copies,
        publication,
        to=[*Copied],
        sent_at=now() - dt.timedelta(minutes=30),
        how=How.EMAIL,
        proof=paper("Copies sent ahead", "To the National Panel, the Department and Ofsted."),
        by=scene["officer"],
    )
    yield day.plus(2).at(11)
    reading = act(
        services.agree_reading,
        publication,
        who="Mother",
        agreed_on=day.plus(3).on,
        arranged="At home, with her advocate, and read aloud: as long as she needs.",
        by=scene["family_lead"],
    )
    yield day.plus(3).at(15)
    act(
        services.record_reading,
        reading,
        read_on=today(),
        said="She asks that it says he liked trains. It does now. She does not want to be told of the day by telephone.",
        by=scene["family_lead"],
    )
    moment = day.plus(4).at(9, 20)
    for gate, key, evidence in GATES:
        yield moment
        act(services.tick_gate, publication, gate=gate, on=today(), evidence=evidence, by=scene[key])
        moment += dt.timedelta(minutes=35)
    yield planned.at(10)
    publication = act(
        services.publish_report, publication, by=scene["business_manager"], lateness_reason=lateness_reason
    )
    yield planned.at(15)
    act(
        services.record_repository_copy,
        publication,
        sent_at=now() - dt.timedelta(minutes=10),
        how=How.PORTAL,
        proof=paper("National collection of case reviews", "Received with thanks."),
        by=scene["officer"],
    )
    yield planned.at(16)
    act(
        panels.close_review_panel,
        publication.review,
        reason="The report is public, and its action plan runs.",
        by=scene["sub_group_chair"],
        on=today(),
    )
    return publication
