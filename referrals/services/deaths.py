"""The notices of a death that are owed whatever its cause: of a looked-after child, and of a care leaver (DL-26, DL-27).

They stand beside the serious incident notification and the case's own course: no rapid review follows from one.
"""

from __future__ import annotations

import datetime as dt
from typing import IO, Any, Final, TypeAlias

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction

from accounts.access_table import Thing
from accounts.db import system_user
from accounts.models import Agency, User
from accounts.roles import BUSINESS_UNIT, Role
from casework import audit
from casework.files import store_document
from casework.models import Case, Part, Stage, Subject, TakingBack
from casework.permissions import roles_in
from casework.transitions import TransitionRefused, perform
from deadlines import services as deadlines
from deadlines.models import Deadline
from lcspr import clock
from referrals import rules
from referrals.answers import known
from referrals.models import DeathKind, DeathNotice, DeathNoticeState, kind_owed
from referrals.services import clocks, telling
from referrals.services.taking_back import confirmed

Upload: TypeAlias = "File[Any] | IO[bytes]"

CODES: Final = {DeathKind.LOOKED_AFTER: "DL-26", DeathKind.CARE_LEAVER: "DL-27"}
NOTIFIERS: Final = BUSINESS_UNIT | {Role.LAN}
BACK: Final = "take_back_death_notice"
# Where it may still be learned when the local authority became aware of abuse or neglect (AC-16).
MAY_COME_TO_BE_SUSPECTED: Final = frozenset({Stage.SUBMITTED, Stage.SCREENING})


@transaction.atomic
def require_death_notices(case: Case, *, by: User) -> None:
    """Open the notice of each death that asks for one, start its five working days, and put right what was opened.

    Called whenever the facts of the children or the time of awareness may have changed. Nothing happens before it is
    known when the local authority became aware, and a notice that was sent stays as it was.
    """
    children = case.subjects.filter(part=Part.CHILD).select_related("person")
    for child in children if case.la_aware_at else []:
        kind = kind_owed(child)
        live = DeathNotice.objects.filter(subject=child).exclude(state=DeathNoticeState.NOT_REQUIRED)
        for notice in live.filter(state=DeathNoticeState.REQUIRED).exclude(kind=kind):
            drop_death_notice(notice, by=by, reason="The facts were corrected: this notice is not owed.")
        if kind and not live.filter(kind=kind).exists():
            _require(case, child, DeathKind(kind), by=by)
    for notice in case.deathnotices.filter(state=DeathNoticeState.REQUIRED):
        _put_right(case, notice, by=by)


def _require(case: Case, child: Subject, kind: DeathKind, *, by: User) -> None:
    assert case.la_aware_at is not None
    notice = DeathNotice.objects.create(
        case=case, subject=child, kind=kind, aware_at=case.la_aware_at, owed_agency=responsible_for(child)
    )
    audit.record(
        "death_notice_required",
        by=by,
        case=case,
        about=notice,
        words=f"A notice is owed whatever the cause: {notice.get_kind_display().lower()}, {child.label}",
    )
    deadlines.start(
        CODES[kind],
        case=case,
        trigger_at=notice.aware_at,
        because="when the local authority became aware of the death",
        by=by,
        about=notice,
        owed_agency=notice.owed_agency,
    )


def _put_right(case: Case, notice: DeathNotice, *, by: User) -> None:
    """Follow a corrected awareness, and the authority that turns out to be responsible."""
    notice = DeathNotice.objects.select_related("subject__case", "case").get(pk=notice.pk)
    running = clock_of(notice)
    # Abuse that comes to be suspected later has its own awareness; that of the death stays what it was.
    if running and case.la_aware_at and not _awareness_is_of_abuse(case):
        if running.trigger_at != case.la_aware_at:
            reason = "The time the local authority became aware was put right"
            deadlines.correct_trigger(running, trigger_at=case.la_aware_at, reason=reason, by=by)
        notice.aware_at = case.la_aware_at
    notice.owed_agency = responsible_for(notice.subject)
    notice.save(update_fields=["aware_at", "owed_agency"])
    if running:
        Deadline.objects.filter(pk=running.pk).update(owed_agency=notice.owed_agency)


def _awareness_is_of_abuse(case: Case) -> bool:
    return clocks.open_clock(case, clocks.NOTIFY) is not None and not clocks.may_be_a_serious_incident(case)


def responsible_for(child: Subject) -> Agency | None:
    """The local authority responsible for the child: that which looks after them, as a referral says, else that of
    their home, else the one that owes the notification."""
    for named in child.referred.all():
        if key := known(named.answers.get("responsible_la")):
            return Agency.objects.filter(pk=key).first()
    return child.case.home_la or clocks.authority_that_owes(child.case)


def clock_of(notice: DeathNotice) -> Deadline | None:
    """The clock of a notice while it runs."""
    rows = Deadline.objects.of(notice.case).open().filter(about=audit.label_of(notice))
    return rows.select_related("rule").first()


def is_late(notice: DeathNotice, sent_at: dt.datetime) -> bool:
    """Whether this sending is after the notice was due."""
    running = clock_of(notice)
    return running is not None and sent_at > running.due_at


@transaction.atomic
def record_death_notice_sent(
    notice: DeathNotice,
    *,
    by: User,
    reference: str,
    sent_at: dt.datetime,
    sender: str,
    upload: Upload,
    lateness_reason: str = "",
) -> DeathNotice:
    """Record that the local authority sent the notice of a death, with the copy; late, it needs a reason."""
    found = rules.impossible_sending(aware_at=notice.aware_at, sent_at=sent_at, now=clock.now())
    problems = [f"{sentence}." for _, sentence in found]
    if not problems and is_late(notice, sent_at) and not lateness_reason.strip():
        problems.append("It was sent after it was due: give the reason.")
    if problems:
        raise TransitionRefused(problems)
    notice = perform(
        notice,
        "record_death_notice_sent",
        by=by,
        reference=reference,
        sent_at=sent_at,
        sender=sender,
        lateness_reason=lateness_reason,
        by_whom=by,
        words=f"Recorded that {sender} sent the notice of the death, reference {reference}",
    )
    notice.copy = store_document(
        notice.case, upload, by=by, title="Copy of the notice of the death", thing=Thing.SIN_COPY
    )
    notice.save(update_fields=["copy"])
    deadlines.meet(
        CODES[DeathKind(notice.kind)],
        case=notice.case,
        at=sent_at,
        by=by,
        about=notice,
        lateness_reason=lateness_reason,
    )
    telling.tell("death_notice_sent", notice.case, telling.TOLD_OF_DEATHS, by=by, about=notice)
    return notice


@transaction.atomic
def acknowledge_death_notice(notice: DeathNotice, *, by: User, acknowledged_at: dt.datetime) -> DeathNotice:
    """Record that the national service acknowledged the notice; nothing more is awaited on it."""
    problems = (
        [] if acknowledged_at <= clock.now() else ["The time of the answer must be now or in the past."]
    )
    if notice.sent_at and acknowledged_at < notice.sent_at:
        problems.append("The answer cannot have come before the notice was sent.")
    if problems:
        raise TransitionRefused(problems)
    return perform(
        notice,
        "acknowledge_death_notice",
        by=by,
        acknowledged_at=acknowledged_at,
        words="Recorded the acknowledgement of the notice of the death",
    )


@transaction.atomic
def drop_death_notice(notice: DeathNotice, *, by: User, reason: str) -> DeathNotice:
    """Say that a notice is not owed after all, because what is known of the child was put right."""
    code = CODES[DeathKind(notice.kind)]
    deadlines.not_applicable(code, case=notice.case, reason=reason, by=by, about=notice)
    return perform(
        notice,
        "drop_death_notice",
        by=_actor(notice.case, by),
        reason=reason,
        words=f"No notice of the death is owed: {reason}",
    )


def drop_all(case: Case, *, reason: str, by: User) -> None:
    """Drop the notices not yet sent of a case that was joined with another, or passed to another area."""
    for notice in DeathNotice.objects.filter(case=case, state=DeathNoticeState.REQUIRED):
        drop_death_notice(notice, by=by, reason=reason)


def _actor(case: Case, by: User) -> User:
    """Who says it: a referrer who corrects the facts is no notifier, so the system draws what follows from them."""
    return by if roles_in(by, case) & NOTIFIERS else system_user()


@transaction.atomic
def confirm_death_notice_taken_back(asked: TakingBack, *, by: User) -> DeathNotice:
    """Take back the record that the notice was sent, recorded in error: its clock runs again."""
    asked = confirmed(asked, by=by)
    notice = DeathNotice.objects.get(pk=asked.about.partition(":")[2])
    notice = perform(
        notice, BACK, by=by, words=f"Took back the record of sending, recorded in error: {asked.reason}"
    )
    deadlines.reopen(
        CODES[DeathKind(notice.kind)],
        case=notice.case,
        reason="The sending was recorded in error",
        by=by,
        about=notice,
    )
    return notice


@transaction.atomic
def record_suspicion(case: Case, *, by: User, aware_at: dt.datetime, reason: str) -> Case:
    """Record that abuse or neglect has come to be suspected after all: five working days run from when the local
    authority became aware of *that* (AC-16). The notice of the death stays as it is."""
    if not roles_in(by, case) & NOTIFIERS:
        raise PermissionDenied
    case = (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("partnership")
        .get(pk=case.pk)
    )
    if case.stage not in MAY_COME_TO_BE_SUSPECTED or not case.deathnotices.exists():
        raise TransitionRefused(
            ["This is for a death that was notified without suspicion, before it is decided."]
        )
    if clocks.open_clock(case, clocks.NOTIFY) is not None:
        raise TransitionRefused(["The five working days run already."])
    problems = [
        sentence
        for refused, sentence in (
            (aware_at > clock.now(), "The time the local authority became aware must be now or in the past."),
            (
                case.la_aware_at is not None and aware_at < case.la_aware_at,
                "Abuse or neglect cannot have come to be suspected before the local authority knew of the death.",
            ),
        )
        if refused
    ]
    if problems:
        raise TransitionRefused(problems)
    case.la_aware_at = aware_at
    case.save(update_fields=["la_aware_at"])
    audit.record(
        "abuse_suspected",
        by=by,
        case=case,
        about=case,
        words=f"Abuse or neglect is now suspected: {reason}",
        aware_at=aware_at,
    )
    clocks.start_from_awareness(case, by=by, because="abuse or neglect came to be suspected", suspected=True)
    telling.tell(
        "abuse_suspected",
        case,
        telling.DECIDERS,
        by=by,
        about=case,
        task="Give your view on the criteria",
        due=clocks.open_clock(case, clocks.NOTIFY),
    )
    return case
