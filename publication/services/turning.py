"""Closing a case as complete, and opening a closed one again: one person asks, another confirms (T42, T46)."""

from __future__ import annotations

import datetime as dt
from typing import Final, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import transaction

import actions.services
from accounts.models import Agency, User
from accounts.roles import BUSINESS_UNIT, PARTNERS, Role
from actions.models import Action, ActionPlan, ActionState, PlanState
from actions.models.plans import CLOSING_STAGES, recommendations_left
from casework import audit
from casework.models import Access, Case, Stage
from casework.permissions import holders, roles_in
from casework.services import admit, admit_standing, end_access
from casework.transitions import MovedOn, TransitionRefused, last_event, perform
from deadlines import services as deadlines
from lcspr import clock
from publication.models import BringingToChair, Closing, Reopening, ReopeningReason, ReopenTo
from publication.services import clocks, telling
from referrals import services as referrals
from referrals.services import clocks as referral_clocks
from referrals.services.subjects import refuse_pseudonym

T = TypeVar("T", Closing, Reopening, BringingToChair)

CONFIRMS_CLOSING: Final = PARTNERS | {Role.IC}
# What a case can be followed up from again; the others never had anything to follow up.
BACK_TO_MONITORING: Final = frozenset({Stage.CLOSED_COMPLETE, Stage.CLOSED_NFA})
# Why people are let in to a closed case that nobody but the business unit could open; it ends with the answer.
TO_CONSIDER: Final = "To consider whether the closed case is opened again"
_MOVES: Final = {ReopenTo.SCREENING: "reopen_for_screening", ReopenTo.MONITORING: "reopen_for_monitoring"}


def why_not_close(case: Case) -> list[str]:
    """What is still open in a case that somebody wants to close as complete (T42)."""
    if case.stage not in CLOSING_STAGES:
        return [
            "The case must first be published, decided not to be published, or followed up after another review."
        ]
    found = [
        f"{action} is not closed: it is “{action.get_state_display()}”."
        for action in Action.objects.filter(case=case).exclude(
            state__in=[ActionState.CLOSED, ActionState.SUPERSEDED]
        )
    ]
    found += recommendations_left(case)
    plan = ActionPlan.objects.filter(case=case).live().first()
    if plan is not None and plan.state != PlanState.EVALUATED:
        found.append(f"Record what the action plan changed: it is “{plan.get_state_display()}”.")
    return found


@transaction.atomic
def propose_closing(case: Case, *, summary: str, impact_statement: str, by: User) -> Closing:
    """Propose, as sub-group chair, that a case be closed as complete; the executive confirms it (T42)."""
    case = _locked(case)
    if Role.SGC not in roles_in(by, case):
        raise PermissionDenied
    problems = [] if summary.strip() else ["Say what was done, and what changed for children."]
    if Closing.objects.filter(case=case).pending().exists():
        problems.append("Closing the case is proposed already, and waits to be confirmed.")
    if problems := [*problems, *why_not_close(case)]:
        raise TransitionRefused(problems)
    closing = Closing.objects.create(
        case=case, summary=summary, impact_statement=impact_statement, asked_by=by, asked_at=clock.now()
    )
    audit.record(
        "closing_proposed", by=by, case=case, about=closing, words="Proposed to close the case as complete"
    )
    telling.tell(
        "case_closing_proposed",
        case,
        CONFIRMS_CLOSING,
        by=by,
        about=closing,
        task="Close the case, or say what is still to be done",
    )
    return closing


@transaction.atomic
def close_complete(closing: Closing, *, by: User, on: dt.date) -> Case:
    """Confirm the proposal and close the case as complete (T42); its action plan, if any, closes with it."""
    closing = _answering(closing, by=by, roles=CONFIRMS_CLOSING)
    case = _locked(closing.case)
    if problems := why_not_close(case):
        raise TransitionRefused(problems)
    plan = ActionPlan.objects.filter(case=case).live().first()
    _answer(closing, by=by)
    if plan is not None:
        actions.services.close_plan(plan, closing_summary=closing.summary, by=by, on=on)
    else:
        perform(case, "close_complete", by=by, words="Closed the case as complete")
        deadlines.cancel(clocks.PROGRESS, case=case, reason="The case was closed as complete.", by=by)
    case = Case.objects.get(pk=case.pk)
    telling.tell("case_closed", case, telling.TOLD_OF_TURN, by=by, about=closing)
    return case


def why_not_reopen(case: Case, to: ReopenTo) -> list[str]:
    """Why a case cannot be opened again towards that."""
    if not case.is_closed:
        return ["The case is not closed."]
    if to == ReopenTo.MONITORING and case.stage not in BACK_TO_MONITORING:
        return ["This case had nothing to follow up: reopen it to consider the criteria."]
    return []


def why_not_bring(case: Case) -> list[str]:
    """Why a case need not, or cannot, be brought before the sub-group chair."""
    if not case.is_closed:
        return ["The case is not closed."]
    if BringingToChair.objects.filter(case=case).pending().exists():
        return ["The case is before the sub-group chair already."]
    if holders(case, {Role.SGC}):
        return ["The sub-group chair can open this case already, and may ask for it to be reopened."]
    return []


@transaction.atomic
def bring_to_chair(
    case: Case,
    *,
    words: str,
    by: User,
    on: dt.date,
    pseudonym: str = "",
    incident_la: Agency | None = None,
    home_la: Agency | None = None,
) -> BringingToChair:
    """Bring a case that was closed before anybody was let in before the sub-group chair, as business unit (T46).

    The case gets what acceptance would have given it (T07): its pseudonym, by which the chair will know it, and
    the areas. It opens the case to the chair alone, and only until they have answered: by asking for it to be reopened, or by
    saying no. The partners are let in when the chair asks.
    """
    case = _locked(case)
    if not roles_in(by, case) & BUSINESS_UNIT:
        raise PermissionDenied
    problems = [] if words.strip() else ["Say why it may have to be opened again."]
    problems += [] if pseudonym or case.pseudonym else ["Give the case its pseudonym."]
    areas = (incident_la or case.incident_la, home_la or case.home_la)
    problems += [] if all(areas) else ["Say in whose area it happened, and where the child normally lives."]
    if problems := [*problems, *why_not_bring(case)]:
        raise TransitionRefused(problems)
    if not case.pseudonym:
        refuse_pseudonym(case, pseudonym)
        case.pseudonym = pseudonym
    case.incident_la, case.home_la = areas
    case.save(update_fields=["pseudonym", "incident_la", "home_la"])
    brought = BringingToChair.objects.create(case=case, words=words, asked_by=by, asked_at=clock.now())
    audit.record(
        "brought_to_chair",
        by=by,
        case=case,
        about=brought,
        words=f"Brought the closed case before the sub-group chair: {words}",
    )
    admit(case, role=Role.SGC, partnership=case.partnership, why=TO_CONSIDER, by=by, on=on)
    if not holders(case, {Role.SGC}):
        raise TransitionRefused(
            [
                "No sub-group chair can open this case: nobody holds the role, or whoever does is kept out. "
                "Name a deputy first."
            ]
        )
    telling.tell(
        "case_brought_to_chair",
        case,
        frozenset({Role.SGC}),
        by=by,
        about=brought,
        task="Ask for the case to be reopened, or say why not",
    )
    return brought


@transaction.atomic
def ask_to_reopen(
    case: Case,
    *,
    reason: ReopeningReason,
    words: str,
    to: ReopenTo,
    by: User,
    la_aware_at: dt.datetime | None = None,
) -> Reopening:
    """Ask, as sub-group chair, that a closed case be opened again; a delegated partner confirms it (T46).

    `la_aware_at` is when the local authority became aware of what is *new*: nothing else starts the notification's
    clock again.
    """
    case = _locked(case)
    if Role.SGC not in roles_in(by, case):
        raise PermissionDenied
    problems = [] if words.strip() else ["Say what has come up."]
    if Reopening.objects.filter(case=case).pending().exists():
        problems.append("Reopening the case is asked for already, and waits to be confirmed.")
    if la_aware_at is not None and to != ReopenTo.SCREENING:
        problems.append("A new incident is considered under the criteria: reopen the case for that.")
    if la_aware_at is not None and la_aware_at > clock.now():
        problems.append("The local authority cannot become aware in the future.")
    if problems := [*problems, *why_not_reopen(case, to)]:
        raise TransitionRefused(problems)
    asked = Reopening.objects.create(
        case=case,
        reason=reason,
        words=words,
        to=to,
        la_aware_at=la_aware_at,
        asked_by=by,
        asked_at=clock.now(),
    )
    audit.record(
        "reopening_asked",
        by=by,
        case=case,
        about=asked,
        words=f"Asked to reopen the case: {asked.get_reason_display().lower()}. {words}",
    )
    for brought in (
        BringingToChair.objects.filter(case=case).pending().select_for_update(of=("self",), no_key=True)
    ):
        _answer(brought, by=by)
    if not holders(case, PARTNERS):
        # Closed before it was accepted, so the partners were never let in; one of them has to confirm.
        for role in sorted(PARTNERS):
            admit(case, role=role, partnership=case.partnership, why=TO_CONSIDER, by=by, on=clock.today())
    telling.tell(
        "case_reopening_asked",
        case,
        PARTNERS,
        by=by,
        about=asked,
        task="Confirm that the case is reopened, or say why not",
    )
    return asked


@transaction.atomic
def reopen_case(asked: Reopening, *, by: User, on: dt.date) -> Case:
    """Confirm the request and open the case again (T46).

    The old closing and its clocks stay as they were. Those who were in are in again; the partners are asked about
    the criteria anew, and only new awareness starts the notification's clocks.
    """
    asked = _answering(asked, by=by, roles=PARTNERS)
    to = ReopenTo(asked.to)
    case = _locked(asked.case)
    if problems := why_not_reopen(case, to):
        raise TransitionRefused(problems)
    _answer(asked, by=by)
    case = perform(
        case, _MOVES[to], by=by, words=f"Reopened: {asked.get_reason_display().lower()}. {asked.words}"
    )
    _admit_again(case, by=by, on=on)
    if to == ReopenTo.SCREENING:
        _consider_again(case, asked, by=by, on=on)
    else:
        clocks.start_progress(case, at=clock.now(), because="when the case was reopened", by=by)
    telling.tell("case_reopened", case, telling.TOLD_OF_TURN, by=by, about=asked)
    return case


def _consider_again(case: Case, asked: Reopening, *, by: User, on: dt.date) -> None:
    if asked.la_aware_at is not None:
        case.la_aware_at, case.la_aware_confirmed = asked.la_aware_at, True
        case.save(update_fields=["la_aware_at", "la_aware_confirmed"])
        # The clocks of the first incident ended with it; these are new rounds from the new awareness.
        for code in referral_clocks.FROM_AWARENESS:
            deadlines.start(
                code,
                case=case,
                trigger_at=asked.la_aware_at,
                because="when the local authority became aware of what is new",
                by=by,
                owed_agency=referral_clocks.authority_that_owes(case),
            )
    referral_clocks.start_discussion(case, by=by)
    referrals.open_criteria_decision(case, by=by, on=on)


def _admit_again(case: Case, *, by: User, on: dt.date) -> None:
    """Let in the standing roles and the agencies that were in before; nobody's own appointment comes back."""
    admit_standing(case, by=by, on=on, why="Reopened")
    ended = (
        Access.objects.filter(case=case, agency__isnull=False).exclude(until=None).select_related("agency")
    )
    for agency, role in {(row.agency, row.role) for row in ended.order_by("starts_on")}:
        admit(case, role=Role(role), agency=agency, why="Reopened", by=by, on=on)


@transaction.atomic
def refuse_turning(asked: T, *, reason: str, by: User) -> T:
    """Say no to closing or reopening, with the reason; whoever asked may also think better of it.

    Whoever was let in to a closed case only to answer this is let out again.
    """
    roles = _REFUSES[type(asked)]
    asked = _pending(asked)
    if by != asked.asked_by and not roles_in(by, asked.case) & roles:
        raise PermissionDenied
    if not reason.strip():
        raise TransitionRefused(["Give the reasons."])
    asked.answered_by, asked.refused_at, asked.refused_because = by, clock.now(), reason
    asked.save()
    audit.record("turning_refused", by=by, case=asked.case, about=asked, words=f"Not done: {asked}. {reason}")
    if not isinstance(asked, Closing):
        _let_out(asked, by=by)
    return asked


_REFUSES: Final[dict[type, frozenset[Role]]] = {
    Closing: CONFIRMS_CLOSING,
    Reopening: PARTNERS,
    BringingToChair: frozenset({Role.SGC}),
}


def _let_out(asked: Reopening | BringingToChair, *, by: User) -> None:
    telling.tell("case_stays_closed", asked.case, frozenset(BUSINESS_UNIT | {Role.SGC}), by=by, about=asked)
    let_in = Access.objects.filter(case=asked.case, why=TO_CONSIDER, until=None)
    for access in let_in.select_related("case"):
        end_access(access, by=by, on=clock.today(), why="the case stays closed")


def _answering(asked: T, *, by: User, roles: frozenset[Role]) -> T:
    asked = _pending(asked)
    if not roles_in(by, asked.case) & roles:
        raise PermissionDenied
    if by == asked.asked_by:
        raise TransitionRefused(["A second person confirms it."])
    return asked


def _pending(asked: T) -> T:
    found: T = (
        type(asked)
        ._default_manager.select_for_update(of=("self",), no_key=True)
        .select_related("case")
        .get(pk=asked.pk)
    )
    if not found.is_pending:
        raise MovedOn(found.case, last_event(found))
    return found


def _answer(asked: Closing | Reopening | BringingToChair, *, by: User) -> None:
    asked.answered_by, asked.confirmed_at = by, clock.now()
    asked.save()


def _locked(case: Case) -> Case:
    return (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("partnership")
        .get(pk=case.pk)
    )
