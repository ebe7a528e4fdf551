"""Declaring an interest, and deciding on it (domain §4.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from accounts.models import User
from accounts.roles import BUSINESS_UNIT, PARTNERS, Role
from casework import audit
from casework.models import Case
from casework.permissions import holders, roles_in
from casework.services import raise_wall
from casework.transitions import TransitionRefused, perform
from correspondence.services import queue
from decisions import rules
from decisions.models import Declaration, DeclarationOutcome, DeclarationState
from decisions.models.declaration import QUESTIONS
from lcspr import clock

TAKES_NO_CHOICE = "An agency author must not have been involved in the case nor have managed work on it."


@transaction.atomic
def declare(
    case: Case,
    *,
    by: User,
    role: Role,
    answers: Mapping[str, bool],
    on: dt.date,
    details: str = "",
    person: User | None = None,
) -> Declaration:
    """Record what a person declares before taking a role in a case; a newer declaration replaces the older.

    `answers` are keyed as in F-14 (decisions.models.declaration.QUESTIONS). The business unit and the sub-group
    chair may record it for `person`. An agency author who was involved or managed the work is blocked by rule.
    """
    person = person or by
    if person != by and not roles_in(by, case) & (BUSINESS_UNIT | {Role.SGC}):
        raise PermissionDenied
    if problems := _problems(answers, details, on):
        raise TransitionRefused(problems)
    # Held until commit, so that of two clicks the second finds what the first declared.
    Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
    declared = Declaration.objects.live().filter(case=case, person=person, role=role)
    said = {**{name: answers[name] for name in QUESTIONS}, "details": details, "declared_on": on}
    # A second click asks nobody to decide again.
    same: Declaration | None = declared.filter(**said, recorded_by=by).first()
    if same is not None:
        return same
    for older in declared.select_for_update(no_key=True):
        perform(older, "replace", by=by, words=f"{older} was replaced by a newer one")
    never = rules.is_never_independent(
        as_agency_author=role == Role.AA,
        directly_involved=answers["directly_involved"],
        line_managed=answers["line_managed"],
    )
    declaration = Declaration.objects.create(
        case=case,
        person=person,
        role=role,
        recorded_by=by,
        declared_on=on,
        details=details,
        state=DeclarationState.DECIDED if never else DeclarationState.DECLARED,
        outcome=DeclarationOutcome.BLOCKED if never else "",
        decided_because=TAKES_NO_CHOICE if never else "",
        decided_at=clock.now() if never else None,
        by_rule=never,
        **{name: answers[name] for name in QUESTIONS},
    )
    audit.record(
        "interest_declared",
        by=by,
        case=case,
        about=declaration,
        words=f"Declared the interests of {person} as {Role(role).label.lower()}"
        + (": blocked, for the handbook leaves no choice" if never else ""),
    )
    if never:
        _wall_off(declaration, by=by)
    else:
        _ask_for_decision(declaration, by=by)
    return declaration


@transaction.atomic
def decide_declaration(
    declaration: Declaration, *, by: User, outcome: DeclarationOutcome, reasons: str, mitigation: str = ""
) -> Declaration:
    """Decide whether a person may take the role they declared for: clear, clear with mitigation, or blocked.

    Never by the person themself. Who is blocked for knowing the family or having been involved is kept out
    of the case altogether.
    """
    problems = [] if reasons.strip() else ["Give the reasons."]
    if outcome == DeclarationOutcome.CLEAR_WITH_MITIGATION and not mitigation.strip():
        problems.append("Say what is done about the conflict.")
    if problems:
        raise TransitionRefused(problems)
    declaration = perform(
        declaration,
        "decide_declaration",
        by=by,
        words=f"{declaration}: {DeclarationOutcome(outcome).label.lower()}",
        outcome=outcome,
        mitigation=mitigation if outcome == DeclarationOutcome.CLEAR_WITH_MITIGATION else "",
        reasons=reasons,
        by_whom=by,
        at=clock.now(),
    )
    if outcome == DeclarationOutcome.BLOCKED:
        _wall_off(declaration, by=by)
    return declaration


def is_clear(case: Case, user: User, role: Role) -> bool:
    """Whether the person's declaration for this role in the case was decided clear, with mitigation or without."""
    return (
        Declaration.objects.filter(case=case, person=user, role=role, state=DeclarationState.DECIDED)
        .exclude(outcome=DeclarationOutcome.BLOCKED)
        .exists()
    )


def is_blocked(case: Case, user: User) -> bool:
    """Whether a declaration of the person in this case, for whatever role, was decided against them."""
    return Declaration.objects.filter(
        case=case, person=user, state=DeclarationState.DECIDED, outcome=DeclarationOutcome.BLOCKED
    ).exists()


def is_undecided(case: Case, user: User) -> bool:
    """Whether the person declared a conflict in this case on which nothing has been decided yet."""
    conflicts = Q(directly_involved=True) | Q(line_managed=True) | Q(knows_people=True)
    conflicts |= Q(financial_interest=True) | Q(other_conflict=True)
    return Declaration.objects.filter(
        conflicts, case=case, person=user, state=DeclarationState.DECLARED
    ).exists()


def _problems(answers: Mapping[str, bool], details: str, on: dt.date) -> list[str]:
    problems = [f"Answer: {words.lower()}?" for name, words in QUESTIONS.items() if answers.get(name) is None]
    if any(answers.values()) and not details.strip():
        problems.append("Give the details of what you declare.")
    if on > clock.today():
        problems.append("The date must be today or in the past.")
    return problems


def _ask_for_decision(declaration: Declaration, *, by: User) -> None:
    case = declaration.case
    deciders = [p for p in holders(case, {Role.SGC}) if p != declaration.person] or [
        p for p in holders(case, PARTNERS) if p != declaration.person
    ]
    queue(
        "decision_declaration_made",
        case=case,
        to=deciders,
        by=by,
        about=declaration,
        task="Decide on a declaration of interest",
    )


def _wall_off(declaration: Declaration, *, by: User) -> None:
    # Domain §4.2(e): relatives and directly involved practitioners are kept out, whatever their office.
    if declaration.knows_people or declaration.directly_involved:
        raise_wall(
            declaration.case,
            user=declaration.person,
            reason="Blocked on their declaration of interest",
            by=by,
        )
