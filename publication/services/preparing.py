"""From the sign-off to the day: the words and file for the public, the gates, the copies sent ahead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import IO, Any, TypeAlias

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction

from accounts.access_table import Thing
from accounts.models import User
from accounts.roles import BUSINESS_UNIT
from casework import audit
from casework.files import store_document
from casework.models import Case, Document
from casework.permissions import roles_in
from casework.transitions import MovedOn, TransitionRefused, last_event
from correspondence.models import How, NoticeSubject, Recipient
from correspondence.services import record_notice
from deadlines.calendars import calendar_named
from deadlines.rules.london import london_date
from deadlines.rules.words import full_date
from lcspr import clock
from panels.models import Review, ReviewState
from publication import standing
from publication.gates import GATES, OF_THE_TEXT, GateKind
from publication.models import GateTick, Outcome, Publication, PublicationState
from publication.rules import publishing
from publication.rules.publishing import Copied
from publication.services import clocks, telling

Upload: TypeAlias = "File[Any] | IO[bytes]"

WORDS = ("public_title", "public_pseudonym", "summary", "statement", "improvements")


@transaction.atomic
def open_publication(review: Review, *, by: User) -> Publication:
    """Begin to prepare what of a signed-off review becomes public (T35), as the partners chose.

    Asking twice changes nothing. Where not the full report is to be published the reasons are owed at once (DL-21).
    """
    review = (
        Review.objects.select_for_update(of=("self",), no_key=True).select_related("case").get(pk=review.pk)
    )
    if review.state != ReviewState.SIGNED_OFF:
        raise TransitionRefused(["The report is not signed off yet."])
    opened: Publication | None = Publication.objects.filter(review=review).live().first()
    if opened is not None:
        return opened
    publication = Publication.objects.create(
        case=review.case,
        review=review,
        outcome=Outcome(review.publication_choice),
        decision=review.sign_off_decision,
        signed_off_on=review.signed_off_on,
        public_pseudonym=review.case.pseudonym,
        copies_count_from=clock.now(),
    )
    audit.record(
        "publication_opened",
        by=by,
        case=review.case,
        about=publication,
        words=f"Began to prepare publication: {publication.get_outcome_display().lower()}",
    )
    if publication.outcome != Outcome.FULL:
        assert review.signed_off_on is not None
        clocks.owe_reasons(
            publication,
            at=clock.on_the_day(review.signed_off_on),
            because="when the partners decided not to publish the full report",
            by=by,
        )
        clocks.reasons_given(publication, NoticeSubject.NON_PUBLICATION, since=None, by=by)
    telling.tell(
        "publication_opened",
        review.case,
        telling.PREPARES,
        by=by,
        about=publication,
        task="Prepare what becomes public",
    )
    return publication


@transaction.atomic
def prepare_publication(
    publication: Publication, *, version: int, by: User, report: Upload | None = None, **words: str
) -> Publication:
    """Write the words of the public page and keep the file made for the public, if the texts are still at `version`.

    What was ticked for the former text is struck out, and after a new file the copies go again: what is sent
    ahead is what is published. Raises MovedOn for a lost race.
    """
    publication = editable(publication, by=by)
    if publication.version != version:
        raise MovedOn(publication, last_event(publication))
    changed = [name for name in WORDS if name in words and words[name] != getattr(publication, name)]
    for name in changed:
        setattr(publication, name, words[name])
    publication.version += 1
    if report is not None:
        _replace_report(publication, report, by=by)
    publication.save()
    audit.record(
        "publication_prepared",
        by=by,
        case=publication.case,
        about=publication,
        words="Uploaded the report made for the public" if report else "Wrote the words of the public page",
        changed=changed,
    )
    if changed or report is not None:
        _strike_for_new_text(publication, by=by)
    return publication


@transaction.atomic
def take_out_report(publication: Publication, *, by: User) -> Publication:
    """Take the file back out of what becomes public; it stays in the case."""
    publication = editable(publication, by=by)
    if publication.report is None:
        return publication
    publication.report, publication.version = None, publication.version + 1
    publication.save()
    audit.record(
        "publication_report_taken_out",
        by=by,
        case=publication.case,
        about=publication,
        words="Took the report out of what becomes public",
    )
    _strike_for_new_text(publication, by=by)
    return publication


def _replace_report(publication: Publication, upload: Upload, *, by: User) -> None:
    if publication.outcome != Outcome.FULL:
        raise TransitionRefused(["Only the improvements are to be published: no report goes with them."])
    document = store_document(
        publication.case, upload, by=by, title="Report made for the public", thing=Thing.FINAL_REPORT
    )
    if document.content_type != standing.PDF:
        raise TransitionRefused(
            ["Upload a PDF: a Word document carries its changes and its authors’ names with it."]
        )
    if (same := standing.confidential_twin(publication, document.sha256)) is not None:
        raise TransitionRefused(
            [f"This is the same file as the confidential “{same.title}”. Upload the anonymised copy."]
        )
    former, publication.report = publication.report, document
    if former is not None:
        former.superseded_by = document
        former.save(update_fields=["superseded_by"])
        _copies_go_again(publication, by=by)


def _copies_go_again(publication: Publication, *, by: User) -> None:
    """What the regulators had is no longer what will be published."""
    if not any(standing.copies_of(publication).values()):
        return
    publication.copies_count_from = clock.now()
    publication.save(update_fields=["copies_count_from"])
    clocks.plan_copies(publication, by=by)


def _strike_for_new_text(publication: Publication, *, by: User) -> None:
    for tick in publication.ticks.standing().filter(gate__in=OF_THE_TEXT):
        _strike(tick, by=by, reason="What becomes public was changed after it was checked.")


@transaction.atomic
def plan_publication(publication: Publication, *, planned_on: dt.date, by: User) -> Publication:
    """Plan the day of publication: the copies are due seven working days before (DL-19)."""
    publication = editable(publication, by=by)
    if publication.state == PublicationState.HELD:
        raise TransitionRefused(["Publication is held: the new day is planned when it is released."])
    refuse_day(publication, planned_on)
    if publication.planned_on == planned_on:
        return publication
    publication.planned_on = planned_on
    publication.save(update_fields=["planned_on"])
    audit.record(
        "publication_planned",
        by=by,
        case=publication.case,
        about=publication,
        words=f"Planned publication for {full_date(planned_on)}",
        planned_on=planned_on,
    )
    clocks.plan_copies(publication, by=by)
    tell_the_day(publication, by=by)
    return publication


def tell_the_day(publication: Publication, *, by: User) -> None:
    telling.tell(
        "publication_planned",
        publication.case,
        telling.TOLD_OF_DAY | BUSINESS_UNIT,
        by=by,
        about=publication,
        task="A day of publication is planned",
        due=clocks.running(clocks.COPIES, publication.case, publication),
    )


def refuse_day(publication: Publication, planned_on: dt.date) -> None:
    """Raise with why the day cannot be the planned one."""
    problems = publishing.planning_problems(
        planned_on,
        today=clock.today(),
        decided_on=decided_on(publication.review),
        signed_off_on=publication.signed_off_on,
    )
    if problems:
        raise TransitionRefused(problems)


def decided_on(review: Review) -> dt.date | None:
    """The day on which the partners decided to hold the review."""
    return review.decision.decided_on if review.decision else review.commissioned_on


@transaction.atomic
def record_copies(
    publication: Publication,
    *,
    to: Collection[str],
    sent_at: dt.datetime,
    how: How,
    by: User,
    proof: Upload | None = None,
    words: str = "",
) -> Publication:
    """Record that copies went ahead to some or all of the National Panel, the Secretary of State and Ofsted.

    Meets DL-19 with the last of the three.
    """
    publication = editable(publication, by=by)
    problems = [] if to else ["Say who was sent a copy."]
    if publication.state == PublicationState.HELD:
        problems.append("Publication is held: copies go when it is released and a day is planned.")
    if publication.outcome == Outcome.FULL and publication.report_id is None:
        problems.append("Upload the report made for the public first: a copy is a copy of that.")
    if publication.outcome == Outcome.IMPROVEMENTS_ONLY and not publication.improvements.strip():
        problems.append("Write the improvements first: a copy is a copy of them.")
    if publication.signed_off_on and london_date(sent_at) < publication.signed_off_on:
        problems.append("A copy cannot have gone before the report was signed off.")
    if problems:
        raise TransitionRefused(problems)
    document = keep_proof(publication.case, proof, by=by, title="Proof of copies sent ahead")
    for recipient in Copied:
        if recipient.value in to:
            record_notice(
                publication.case,
                to=Recipient(recipient.value),
                subject=NoticeSubject.PUBLICATION_COPY,
                sent_at=sent_at,
                how=how,
                by=by,
                proof=document,
                words=words,
            )
    clocks.copies_sent(publication, by=by)
    return publication


def keep_proof(case: Case, upload: Upload | None, *, by: User, title: str) -> Document | None:
    if upload is None:
        return None
    return store_document(case, upload, by=by, title=title, thing=Thing.PANEL_LETTERS)


@transaction.atomic
def tick_gate(
    publication: Publication,
    *,
    gate: GateKind,
    on: dt.date,
    evidence: str,
    by: User,
    document: Upload | None = None,
) -> GateTick:
    """Say, as one who may, that a gate is open, and on what that rests."""
    rule = GATES[gate]
    publication = locked(publication)
    held = roles_in(by, publication.case)
    if not held & rule.who:
        raise PermissionDenied
    _refuse_past(publication)
    problems = [] if evidence.strip() else ["Say what you saw or were told."]
    if on > clock.today():
        problems.append("The date must be today or in the past.")
    if rule.of_the_text and publication.outcome == Outcome.FULL and publication.report_id is None:
        problems.append("Upload the report made for the public first: this is checked on the file itself.")
    ticked = [tick.by_id for tick in publication.ticks.standing().filter(gate=gate)]
    if by.pk in ticked:
        problems.append(
            "You have ticked this already." + (" A second person must." if rule.people > 1 else "")
        )
    elif not publishing.people_missing(rule.people, ticked):
        problems.append("This gate is open already.")
    if problems:
        raise TransitionRefused(problems)
    tick = GateTick.objects.create(
        case=publication.case,
        publication=publication,
        gate=gate,
        by=by,
        on=on,
        evidence=evidence,
        document=store_document(
            publication.case, document, by=by, title=f"Evidence: {gate.label}", thing=Thing.LEGAL_ADVICE
        )
        if document
        else None,
    )
    audit.record(
        "gate_ticked",
        by=by,
        case=publication.case,
        about=publication,
        words=f"Ticked: {gate.label}",
        gate=gate,
    )
    return tick


@transaction.atomic
def strike_tick(tick: GateTick, *, reason: str, by: User) -> GateTick:
    """Strike out a tick that no longer holds; whoever ticked it may, and the business unit."""
    publication = locked(tick.publication)
    held = roles_in(by, publication.case)
    if not held or (tick.by_id != by.pk and not held & BUSINESS_UNIT):
        raise PermissionDenied
    _refuse_past(publication)
    tick = GateTick.objects.select_for_update(of=("self",), no_key=True).get(pk=tick.pk)
    if tick.struck_at is not None:
        raise MovedOn(publication, last_event(publication))
    if not reason.strip():
        raise TransitionRefused(["Give the reason."])
    return _strike(tick, by=by, reason=reason)


def _strike(tick: GateTick, *, by: User, reason: str) -> GateTick:
    tick.struck_at, tick.struck_by, tick.struck_because = clock.now(), by, reason
    tick.save()
    audit.record(
        "gate_struck",
        by=by,
        case=tick.case,
        about=tick.publication,
        words=f"No longer ticked: {tick.get_gate_display()}. {reason}",
        gate=tick.gate,
    )
    return tick


def editable(publication: Publication, *, by: User) -> Publication:
    """The row under lock, for the business unit to prepare; MovedOn once it is public or decided against."""
    publication = locked(publication)
    if not roles_in(by, publication.case) & BUSINESS_UNIT:
        raise PermissionDenied
    _refuse_past(publication)
    return publication


def locked(publication: Publication) -> Publication:
    """The row as it is now, held until commit: a second person waits here and then sees what the first did."""
    rows = Publication.objects.select_for_update(of=("self",), no_key=True).select_related(
        "case__partnership", "review__decision", "report", "decision"
    )
    found: Publication = rows.get(pk=publication.pk)
    return found


def _refuse_past(publication: Publication) -> None:
    if not publication.may_still_change:
        raise MovedOn(publication, last_event(publication))


def first_day(publication: Publication) -> dt.date:
    """The first day on which it could be public if nothing slips: the copies that have not gone go today."""
    return publishing.earliest_day(
        standing.copies_of(publication), today=clock.today(), calendar=calendar_named()
    )
