"""The clocks of publication: copies ahead, reasons owed, the review's own six months, the year public."""

from __future__ import annotations

import datetime as dt
from typing import Final

from accounts.models import User
from casework.audit import label_of
from casework.models import Case
from casework.transitions import TransitionRefused
from correspondence.models import NoticeSubject
from deadlines import services as deadlines
from deadlines.models import Deadline
from deadlines.rules.words import full_date
from lcspr import clock
from publication import standing
from publication.models import Publication
from publication.rules.publishing import last_copy_on

REVIEW: Final = "DL-14"
COPIES: Final = "DL-19"
REASONS: Final = "DL-21"
READING: Final = "DL-20"
PUBLIC: Final = "DL-22"
REPOSITORY: Final = "DL-37"
PROGRESS: Final = "DL-23"

PUBLISHED: Final = "The report is published."
FROM_PUBLICATION: Final = "when the report was published"


def running(code: str, case: Case, about: Publication | None = None) -> Deadline | None:
    """The clock of this kind that runs now, if any."""
    return Deadline.objects.open().about(code, label_of(about or case)).select_related("rule").first()


def plan_copies(publication: Publication, *, by: User) -> None:
    """Have the copies due seven working days before the planned day (DL-19); met at once if they have gone."""
    if publication.planned_on is None:
        return
    planned_at = clock.on_the_day(publication.planned_on)
    if (open_one := running(COPIES, publication.case, publication)) is not None:
        deadlines.correct_trigger(
            open_one, trigger_at=planned_at, reason="The day of publication was planned anew.", by=by
        )
    else:
        deadlines.start(
            COPIES,
            case=publication.case,
            trigger_at=planned_at,
            because="the planned day of publication",
            by=by,
            about=publication,
        )
    copies_sent(publication, by=by)
    plan_reading(publication, by=by)


def plan_reading(publication: Publication, *, by: User) -> None:
    """Have the family's reading due ten working days before the planned day, or on the date agreed with them (DL-20).

    Nothing is due once all who wish to have read it.
    """
    agreed = publication.readings.agreed().order_by("-agreed_on").first()
    if agreed is None and publication.readings.exists():
        settle_reading(publication, by=by)
        return
    if publication.planned_on is None:
        return
    planned_at = clock.on_the_day(publication.planned_on)
    open_one = running(READING, publication.case, publication)
    if open_one is None:
        deadlines.start(
            READING,
            case=publication.case,
            trigger_at=planned_at,
            because="the date agreed with the family" if agreed else "the planned day of publication",
            by=by,
            about=publication,
            given_on=agreed.agreed_on if agreed else None,
        )
    elif agreed is not None:
        deadlines.agree(
            READING,
            case=publication.case,
            on=agreed.agreed_on,
            agreed_as="the date agreed with the family",
            reason="The family agreed on a date.",
            by=by,
            about=publication,
        )
    elif not open_one.is_agreed and open_one.trigger_at != planned_at:
        deadlines.correct_trigger(
            open_one, trigger_at=planned_at, reason="The day of publication was planned anew.", by=by
        )


def settle_reading(publication: Publication, *, by: User) -> None:
    """Meet DL-20 with the last reading, or stop it when nobody of the family wishes to read."""
    rows = list(publication.readings.all())
    if not rows or any(row.read_on is None and row.declined_on is None for row in rows):
        return
    read = [row.read_on for row in rows if row.read_on]
    if read:
        at = clock.on_the_day(max(read))
        deadlines.meet(READING, case=publication.case, at=at, by=by, about=publication)
    else:
        deadlines.not_applicable(
            READING,
            case=publication.case,
            reason="The family do not wish to read it.",
            by=by,
            about=publication,
        )


def copies_sent(publication: Publication, *, by: User) -> None:
    """Meet DL-19 when the last of the three copies is recorded."""
    if last_copy_on(standing.copies_of(publication)) is None:
        return
    last = max(notice.sent_at for notice in standing.copy_notices(publication))
    deadlines.meet(COPIES, case=publication.case, at=last, by=by, about=publication)


def stop_copies(publication: Publication, *, reason: str, by: User) -> None:
    """No day is planned any more, or it has come: neither copies nor a reading are owed before it."""
    for code in (COPIES, READING):
        deadlines.cancel(code, case=publication.case, reason=reason, by=by, about=publication)


def owe_reasons(publication: Publication, *, at: dt.datetime, because: str, by: User) -> None:
    """The reasons for delay or for not publishing are owed at once (DL-21)."""
    deadlines.start(REASONS, case=publication.case, trigger_at=at, because=because, by=by, about=publication)


def reasons_given(
    publication: Publication, subject: NoticeSubject, *, since: dt.datetime | None, by: User
) -> bool:
    """Meet DL-21 when both who are owed the reasons have them; says whether they have."""
    notices = standing.reasons_sent(publication, subject, since=since)
    if len(notices) < len(standing.OWED_REASONS):
        return False
    last = max(notice.sent_at for notice in notices)
    if (open_one := running(REASONS, publication.case, publication)) is not None:
        # Reasons sent before the hold was recorded here are in time all the same.
        at = max(last, open_one.trigger_at)
        deadlines.meet(REASONS, case=publication.case, at=at, by=by, about=publication)
    return True


def completed(publication: Publication, *, at: dt.datetime, lateness_reason: str, by: User) -> None:
    """The review is completed and published (DL-14): late only with a reason; public for a year, progress due."""
    review = running(REVIEW, publication.case)
    if review is not None and at > review.due_at and not (lateness_reason.strip() or review.lateness_reason):
        raise TransitionRefused([f"It was due on {full_date(review.due_on)}: say why it is published late."])
    deadlines.meet(REVIEW, case=publication.case, at=at, by=by, lateness_reason=lateness_reason)
    stop_copies(publication, reason=PUBLISHED, by=by)
    for code in (PUBLIC, REPOSITORY):
        deadlines.start(
            code,
            case=publication.case,
            trigger_at=at,
            because="when it was published",
            by=by,
            about=publication,
        )
    start_progress(publication.case, at=at, because=FROM_PUBLICATION, by=by)


def taken_back(publication: Publication, *, reason: str, by: User) -> None:
    """The clocks as they were before it was published: the review's months run again, what began by it stops."""
    case = publication.case
    deadlines.reopen(REVIEW, case=case, reason=reason, by=by)
    for code in (PUBLIC, REPOSITORY):
        deadlines.cancel(code, case=case, reason=reason, by=by, about=publication)
    progress = running(PROGRESS, case)
    if progress is not None and progress.because == FROM_PUBLICATION:
        deadlines.cancel(PROGRESS, case=case, reason=reason, by=by)
    for code in (COPIES, READING):
        last = Deadline.objects.about(code, label_of(publication)).last()
        if last is not None and last.ended_reason == PUBLISHED:
            deadlines.reopen(code, case=case, reason=reason, by=by, about=publication)


def start_progress(case: Case, *, at: dt.datetime, because: str, by: User) -> None:
    """Progress is reported about every three months (DL-23); from the action plan's agreement if that was first."""
    deadlines.start(PROGRESS, case=case, trigger_at=at, because=because, by=by)


def taken_down(publication: Publication, *, at: dt.datetime, reason: str, by: User) -> None:
    """The year is over, or a court has ended it (DL-22)."""
    deadlines.cancel(REPOSITORY, case=publication.case, reason=reason, by=by, about=publication)
    year = running(PUBLIC, publication.case, publication)
    if year is None:
        return
    if at >= year.due_at:
        deadlines.meet(PUBLIC, case=publication.case, at=at, by=by, about=publication)
    else:
        deadlines.cancel(PUBLIC, case=publication.case, reason=reason, by=by, about=publication)


def is_late(publication: Publication) -> bool:
    """Whether publishing now needs a reason for lateness."""
    review = running(REVIEW, publication.case)
    return review is not None and clock.now() > review.due_at
