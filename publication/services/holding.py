"""Holding publication for the sake of other proceedings, and letting it go on (T36, T37)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from accounts.roles import BUSINESS_UNIT, PARTNERS
from casework.permissions import roles_in
from casework.transitions import TransitionRefused, perform
from correspondence.models import How, NoticeSubject
from correspondence.services import record_notice
from deadlines import services as deadlines
from decisions.models import Hold
from lcspr import clock
from publication import standing
from publication.models import Publication, PublicationState
from publication.services import clocks, telling
from publication.services.preparing import Upload, keep_proof, locked, refuse_day, tell_the_day

MAY_TELL = BUSINESS_UNIT | PARTNERS


@dataclass(frozen=True)
class Reasons:
    """The dated letter of reasons, sent to the National Panel and the Secretary of State together."""

    sent_at: dt.datetime
    how: How
    words: str
    proof: Upload | None = None


@transaction.atomic
def hold_publication(publication: Publication, *, by: User, reasons: Reasons | None = None) -> Publication:
    """Hold publication because a hold on it is in force (T36).

    The reasons for delay are owed to the National Panel and the Secretary of State at once (DL-21). Only when they
    have gone does the review's clock (DL-14) show as held; its date never moves. Actions go on.
    """
    publication = perform(publication, "hold_publication", by=by, words=_why_held(publication))
    perform(publication.case, "hold_publication", by=by, words="Publication is held")
    clocks.stop_copies(publication, reason="Publication is held.", by=by)
    clocks.owe_reasons(publication, at=clock.now(), because="when publication was held", by=by)
    telling.tell("publication_held", publication.case, telling.TOLD_OF_HOLD, by=by, about=publication)
    if reasons is not None:
        record_delay_reasons(publication, reasons=reasons, by=by)
    else:
        _show_as_held(publication, by=by)
    return publication


@transaction.atomic
def record_delay_reasons(publication: Publication, *, reasons: Reasons, by: User) -> Publication:
    """Record that the National Panel and the Secretary of State were told why the report is delayed (DL-21)."""
    publication = locked(publication)
    _tell_both(publication, reasons, subject=NoticeSubject.DELAY_REASONS, by=by)
    _show_as_held(publication, by=by)
    return publication


@transaction.atomic
def record_reasons_for_not_publishing(publication: Publication, *, reasons: Reasons, by: User) -> Publication:
    """Record the written justification for not publishing the full report, or anything (T39, T40)."""
    publication = locked(publication)
    _tell_both(publication, reasons, subject=NoticeSubject.NON_PUBLICATION, by=by)
    clocks.reasons_given(publication, NoticeSubject.NON_PUBLICATION, since=None, by=by)
    return publication


def _tell_both(publication: Publication, reasons: Reasons, *, subject: NoticeSubject, by: User) -> None:
    if not roles_in(by, publication.case) & MAY_TELL:
        raise PermissionDenied
    if not reasons.words.strip():
        raise TransitionRefused(["Say what the reasons are."])
    proof = keep_proof(publication.case, reasons.proof, by=by, title=str(subject.label))
    for recipient in standing.OWED_REASONS:
        record_notice(
            publication.case,
            to=recipient,
            subject=subject,
            sent_at=reasons.sent_at,
            how=reasons.how,
            by=by,
            proof=proof,
            words=reasons.words,
        )


def _show_as_held(publication: Publication, *, by: User) -> None:
    """Show DL-14 as held: a hold *and* the dated reasons, never one of them alone (domain §3.4.6)."""
    first = Hold.objects.filter(case=publication.case).on_publication().order_by("created_at").first()
    if publication.state != PublicationState.HELD or first is None:
        return
    if clocks.reasons_given(publication, NoticeSubject.DELAY_REASONS, since=first.created_at, by=by):
        deadlines.hold(
            clocks.REVIEW, case=publication.case, reason=f"{first}, and the reasons were sent", by=by
        )


@transaction.atomic
def release_publication(publication: Publication, *, planned_on: dt.date, by: User) -> Publication:
    """Go on towards publication once every hold is released (T37), with a new day and copies sent anew (DL-19)."""
    refuse_day(publication, planned_on)
    publication = perform(
        publication,
        "release_publication",
        by=by,
        planned_on=planned_on,
        at=clock.now(),
        words="Released publication: every hold on it is released",
    )
    perform(publication.case, "release_publication", by=by, words="Publication is no longer held")
    deadlines.release(clocks.REVIEW, case=publication.case, by=by)
    clocks.plan_copies(publication, by=by)
    telling.tell("publication_released", publication.case, telling.TOLD_OF_HOLD, by=by, about=publication)
    tell_the_day(publication, by=by)
    return publication


def _why_held(publication: Publication) -> str:
    sentences = standing.held_back(publication)
    return f"Held publication. {' '.join(sentences)}".strip()
