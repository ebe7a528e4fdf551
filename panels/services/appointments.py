"""Finding, declaring, appointing and ending: who works on a review (domain §4.3, T29, T30)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction

import correspondence.services
import deadlines.services
import decisions.services
from accounts.models import Membership, User
from accounts.roles import BUSINESS_UNIT, PARTNERS, Role
from casework import audit
from casework.models import Case
from casework.permissions import holders, roles_in
from casework.services import admit, end_access, prolong_access
from casework.transitions import TransitionRefused, perform
from decisions.models import Declaration
from lcspr import clock
from panels.models import Appointment, AppointmentState, Review
from panels.models.appointments import ROLES
from panels.permissions import COMMISSIONERS
from panels.services.notices import NAMED, settle_notice_clocks

LIVE = (AppointmentState.PROPOSED, AppointmentState.APPOINTED)


@transaction.atomic
def propose_appointment(
    review: Review,
    *,
    user: User,
    role: Role,
    by: User,
    on: dt.date,
    suitability: str = "",
    contract: str = "",
    contract_until: dt.date | None = None,
) -> Appointment:
    """Propose somebody for a part in the review. Nothing opens to them by it: they declare their interests first."""
    if not roles_in(by, review.case) & COMMISSIONERS:
        raise PermissionDenied
    review = (
        Review.objects.select_for_update(of=("self",), no_key=True).select_related("case").get(pk=review.pk)
    )
    if reasons := _why_not_proposed(review, user, role, contract_until, on=on):
        raise TransitionRefused(reasons)
    appointment = Appointment.objects.create(
        case=review.case,
        review=review,
        role=role,
        user=user,
        suitability=suitability,
        contract=contract,
        contract_until=contract_until,
        proposed_by=by,
        proposed_on=on,
    )
    audit.record(
        "appointment_proposed",
        by=by,
        case=review.case,
        about=appointment,
        words=f"Proposed {user} as {Role(role).label.lower()}",
    )
    return appointment


def _why_not_proposed(
    review: Review, user: User, role: Role, contract_until: dt.date | None, *, on: dt.date
) -> list[str]:
    reasons = ["The review is over."] if review.is_over else []
    if role not in ROLES:
        reasons.append("Nobody is appointed to a review in this role.")
    known = Membership.objects.current(on).filter(user=user, partnership=review.case.partnership_id)
    # Who runs the system reads no case; an account for that alone is no way into one.
    known = known.exclude(role=Role.ADM)
    if not user.is_active or not known.exists():
        reasons.append(f"{user} does not work with this partnership. Invite them first.")
    if Appointment.objects.filter(review=review, user=user, role=role, state__in=LIVE).exists():
        reasons.append(f"{user} is proposed or appointed in this role already.")
    if contract_until is not None and contract_until < on:
        reasons.append("The last day of the contract must be today or later.")
    return reasons


@transaction.atomic
def declare_for_appointment(
    appointment: Appointment, *, answers: Mapping[str, bool], details: str, by: User, on: dt.date
) -> Declaration:
    """Record what the person proposed declares of their interests: by their own hand, or by that of whoever
    commissions, from what they signed. The sub-group chair or a partner decides on it."""
    return decisions.services.declare(
        appointment.case,
        by=by,
        person=appointment.user,
        role=Role(appointment.role),
        answers=answers,
        details=details,
        on=on,
    )


@transaction.atomic
def appoint(appointment: Appointment, *, by: User, on: dt.date) -> Appointment:
    """Appoint somebody whose declaration is clear: the case opens to them, in their part and until their contract ends.

    An author's name is told to the National Panel, Ofsted and the Department within five working days (DL-15n).
    """
    appointment = Appointment.objects.select_for_update(of=("self",), no_key=True).get(pk=appointment.pk)
    if appointment.role == Role.PC and _chair_is_taken(appointment):
        raise TransitionRefused(
            ["The review has a review panel chair already. End that appointment before you make this one."]
        )
    access = admit(
        appointment.case,
        role=Role(appointment.role),
        user=appointment.user,
        why=f"Appointed to the review as {appointment.get_role_display().lower()}",
        by=by,
        on=on,
    )
    appointment = perform(
        appointment,
        "appoint",
        by=by,
        words=f"Appointed {appointment.user} as {appointment.get_role_display().lower()}",
        by_whom=by,
        on=on,
        access=access,
    )
    if appointment.contract_until is not None:
        end_access(
            access, by=by, on=appointment.contract_until + dt.timedelta(days=1), why="With the contract"
        )
    if appointment.role == Role.AUT:
        deadlines.services.start(
            NAMED,
            case=appointment.case,
            trigger_at=clock.on_the_day(on),
            because="when the author was appointed",
            by=by,
            about=appointment,
        )
        settle_notice_clocks(appointment.case, by=by)
    correspondence.services.queue(
        "review_appointed",
        case=appointment.case,
        to=[appointment.user],
        by=by,
        about=appointment,
        task="You have been appointed to a review",
    )
    return appointment


def _chair_is_taken(appointment: Appointment) -> bool:
    others = Appointment.objects.appointed().filter(review=appointment.review_id, role=Role.PC)
    return others.exclude(pk=appointment.pk).exists()


@transaction.atomic
def drop_proposal(appointment: Appointment, *, reason: str, by: User) -> Appointment:
    """Not appoint somebody who was proposed."""
    return perform(
        appointment,
        "drop_proposal",
        by=by,
        words=f"Did not appoint {appointment.user} as {appointment.get_role_display().lower()}",
        reason=reason,
    )


@transaction.atomic
def end_appointment(appointment: Appointment, *, reason: str, by: User, on: dt.date) -> Appointment:
    """End somebody's part in the review; their access ends that day (T30).

    What they did stays in the record. An author's successor declares anew; the months of the review run on.
    """
    appointment = perform(
        appointment,
        "end_appointment",
        by=by,
        words=f"Ended the appointment of {appointment.user} as {appointment.get_role_display().lower()}",
        reason=reason,
        on=on,
    )
    access = appointment.access
    if access is not None and (access.until is None or access.until > on):
        end_access(access, by=by, on=on, why="Their appointment to the review ended")
    if appointment.role == Role.AUT:
        _author_has_gone(appointment, reason=reason, by=by)
    return appointment


def _author_has_gone(appointment: Appointment, *, reason: str, by: User) -> None:
    case = appointment.case
    deadlines.services.cancel(
        NAMED, case=case, reason="The author’s appointment ended.", by=by, about=appointment
    )
    if not appointment.review.is_over:
        correspondence.services.queue(
            "review_author_ended",
            case=case,
            to=holders(case, PARTNERS | BUSINESS_UNIT | {Role.SGC, Role.PC, Role.PM}),
            by=by,
            about=appointment,
            task="The review needs another author",
        )


# After publication the author can still answer questions; then their access ends (domain §4.2 b).
DAYS_AFTER_PUBLICATION: Final = 30
OF_THE_PANEL: Final = (Role.PC, Role.PM)


@transaction.atomic
def end_authors_access(case: Case, *, published_on: dt.date, by: User) -> None:
    """Let the author's access end thirty days after publication, or with the contract if that is sooner (§4.2 b)."""
    first_day_out = published_on + dt.timedelta(days=DAYS_AFTER_PUBLICATION + 1)
    for appointment in _authors_with_access(case):
        access = appointment.access
        if access is not None and (access.until is None or access.until > first_day_out):
            end_access(access, by=by, on=first_day_out, why="Thirty days after publication")


@transaction.atomic
def restore_authors_access(case: Case, *, by: User) -> None:
    """Let the author's access hold until the contract ends again, because publication was taken back."""
    for appointment in _authors_with_access(case):
        last_day, access = appointment.contract_until, appointment.access
        until = last_day + dt.timedelta(days=1) if last_day else None
        if access is not None and access.until != until:
            prolong_access(access, until=until, by=by, why="Publication was taken back")


def _authors_with_access(case: Case) -> list[Appointment]:
    appointed = Appointment.objects.appointed().filter(case=case, role=Role.AUT, access__isnull=False)
    return list(appointed.select_related("access__case", "user"))


@transaction.atomic
def close_review_panel(review: Review, *, reason: str, by: User, on: dt.date) -> Review:
    """Close the review panel once the report is signed off: its chair's and members' part ends, and their access
    with it (§4.2 b). The author's access has its own end."""
    if not roles_in(by, review.case) & COMMISSIONERS:
        raise PermissionDenied
    review = (
        Review.objects.select_for_update(of=("self",), no_key=True).select_related("case").get(pk=review.pk)
    )
    if problems := why_not_close_panel(review):
        raise TransitionRefused(problems)
    if not reason.strip():
        raise TransitionRefused(["Give the reason."])
    for appointment in panel_of(review):
        if appointment.state == AppointmentState.PROPOSED:
            drop_proposal(appointment, reason=reason, by=by)
        else:
            end_appointment(appointment, reason=reason, by=by, on=on)
    audit.record(
        "review_panel_closed",
        by=by,
        case=review.case,
        about=review,
        words=f"Closed the review panel: {reason}",
    )
    return review


def panel_of(review: Review) -> list[Appointment]:
    """The review panel chair and members whose part goes on, or who are still proposed."""
    rows = Appointment.objects.filter(review=review, role__in=OF_THE_PANEL, state__in=LIVE)
    return list(rows.select_related("review", "case", "user", "access"))


def why_not_close_panel(review: Review) -> list[str]:
    """Why a review panel cannot be closed."""
    if not review.is_over:
        return ["The review panel is closed when the report is signed off."]
    return [] if panel_of(review) else ["The review panel is closed already."]


@transaction.atomic
def end_appointments(review: Review, *, reason: str, by: User, on: dt.date) -> None:
    """End every appointment of a review that is over, and drop who was only proposed."""
    for appointment in Appointment.objects.filter(review=review, state__in=LIVE).select_related("review"):
        if appointment.state == AppointmentState.PROPOSED:
            drop_proposal(appointment, reason=reason, by=by)
        else:
            end_appointment(appointment, reason=reason, by=by, on=on)
