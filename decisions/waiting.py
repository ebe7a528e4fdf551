"""What waits here: views to give and confirm, the independent chair's turn, declarations to decide, holds to look at."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Prefetch,
    Q,
    prefetch_related_objects,
)
from django.urls import reverse_lazy as reverse

from accounts.models import User
from accounts.roles import BUSINESS_UNIT, LEAD_PARTNERS, PARTNERS, Role
from accounts.settings_choices import DecisionModel, StatutoryPartner
from casework import audit
from casework.compiled import attach, compiled_once
from casework.models import OPEN, Case
from casework.permissions import holds_anywhere, open_to, roles_anywhere
from casework.waiting import Address, Places, Waiting, first_of, with_fields
from decisions import pages
from decisions.kinds import DecisionKind, recommendation_comes_first
from decisions.models import (
    ChairView,
    Decision,
    DecisionState,
    Declaration,
    DeclarationState,
    Escalation,
    Hold,
    PartnerView,
    ViewState,
)
from decisions.models.declaration import DECLARES
from decisions.models.view import UNSETTLED
from decisions.partners import ROLE_OF
from decisions.services.holds import MAY_HOLD
from lcspr import clock

SOON: Final = dt.timedelta(days=14)

DECIDE_DECLARATIONS: Final = PARTNERS | {Role.SGC}


def waiting(user: User, case: Case | None = None) -> list[Waiting]:
    """What waits on `user`, and on others where they follow it; with a case, all that waits in it and who must
    do it."""
    return [each for look in _PLACES.to_look(user, case) for each in look(user, case)]


def _rows(
    rows: Any,
    user: User,
    case: uuid.UUID | None,
    roles: Collection[frozenset[Role]],
    only: Mapping[frozenset[Role], Q] = MappingProxyType({}),
    *,
    dated: str = "",
) -> Any:
    """Rows with, for each set of roles, whether the user holds one of it in the row's case: one query for all.

    Without a case only rows of cases in which they hold one; `only` says which rows concern a set, if not all.
    """
    if case is None and not any(holds_anywhere(user, these) for these in roles):
        return rows.none()
    rows = rows.visible_to(user).select_related("case").order_by("created_at")
    theirs = {_flag(these): open_to(user, these) for these in roles}
    held = {flag: ExpressionWrapper(these, output_field=BooleanField()) for flag, these in theirs.items()}
    if case is not None:
        return first_of(rows.filter(case=case).annotate(**held), case)
    concern = (only.get(these, Q()) & theirs[_flag(these)] for these in roles)
    return first_of(rows.filter(reduce(or_, concern)).annotate(**held), case, dated=dated)


def _flag(roles: frozenset[Role]) -> str:
    return "as_" + "_".join(sorted(roles))


def _holds_one(row: Any, roles: frozenset[Role]) -> bool:
    return bool(getattr(row, _flag(roles)))


_EACH_PARTNER: Final = {partner: frozenset({role}) for partner, role in ROLE_OF.items()}
_CHAIR: Final = frozenset({Role.IC})
_SGC: Final = frozenset({Role.SGC})
_WRITES_DOWN: Final = BUSINESS_UNIT | {Role.IC}

_Words = Callable[[int, bool], str]


def _partners(count: int, also: bool) -> str:
    """“2 of 3 partners”, or, to one of those who are asked, “2 other partners”."""
    if also:
        return "1 other partner" if count == 1 else f"{count} other partners"
    return f"{count} of {len(_EACH_PARTNER)} partners"


_CONFIRM: Final = "Confirm or contest the view recorded for you"
_GIVE_AGAIN: Final = "Give your own view, in place of the one contested"
_GIVE: Final = "Give your view"
_CONFIRM_DEPARTURE: Final = "Confirm or escalate the independent chair’s decision"
_ESCALATE: Final = "Escalate: the partners do not agree"
# The notification’s five working days run meanwhile, so a split on the criteria goes up the same day (AC-23).
_ESCALATE_TODAY: Final = "Escalate today: the partners do not agree"
_RECOMMEND: Final = "Record the group’s recommendation"
_CHAIR_VIEW: Final = "Give the independent chair’s view"
_CHAIR_DECIDES: Final = "Decide as independent chair"
_LEAD: Final = "Record the lead safeguarding partners’ decision"

# The lines of “Waiting for others”: what is still to come, and from how many.
_CONFIRMED_BY_OTHER: Final = "A view recorded on a partner’s behalf is still to be confirmed"
_GIVEN_AGAIN_BY_OTHER: Final = "A partner is still to give a view in place of the one contested"
_ACTS_OF_OTHERS: Final[dict[str, _Words]] = {
    _GIVE: lambda count, also: f"{_partners(count, also)} still to give a view",
    _CONFIRM_DEPARTURE: lambda count, also: (
        f"{_partners(count, also)} still to confirm or escalate the independent chair’s decision"
    ),
    _ESCALATE: lambda count, also: "The partners do not agree: one of them is to escalate it",
    _RECOMMEND: lambda count, also: "The group’s recommendation is still to be recorded",
    _ESCALATE_TODAY: lambda count, also: "The partners do not agree: one of them is to escalate it today",
    _CHAIR_VIEW: lambda count, also: "The independent chair is still to give a view",
    _CHAIR_DECIDES: lambda count, also: "The independent chair is still to decide",
    _LEAD: lambda count, also: "The lead safeguarding partners are still to decide",
}

# The statutory clocks that no dispute stops, so that whoever must settle one sees them run (T18, AC-23).
_RUNS_ON: Final = {
    DecisionKind.CRITERIA: "DL-01",
    DecisionKind.RAPID_REVIEW: "DL-10",
    DecisionKind.RECONSIDERATION: "DL-13",
}


@compiled_once
def _unsettled_views(user: User, case: uuid.UUID | None) -> Any:
    unsettled = PartnerView.objects.filter(state__in=UNSETTLED).exclude(
        decision__state=DecisionState.ABANDONED
    )
    return _rows(unsettled.select_related("decision"), user, case, [*_EACH_PARTNER.values(), BUSINESS_UNIT])


def _views(user: User, case: Case | None) -> Iterator[Waiting]:
    """Views recorded for a partner that wait for them, whatever has become of the question meanwhile."""
    for view in _unsettled_views(user, case):
        partner = StatutoryPartner(view.partner)
        mine = _holds_one(view, _EACH_PARTNER[partner])
        contested = view.state == ViewState.CONTESTED
        if case is None and not mine:
            verb, link = _GIVEN_AGAIN_BY_OTHER if contested else _CONFIRMED_BY_OTHER, "See who"
            href = _record(view.decision)
        elif contested:
            verb, link, href = _GIVE_AGAIN, "", pages.address(view.decision, pages.Act.GIVE_VIEW)
        else:
            verb, link, href = _CONFIRM, "", reverse("decisions:confirm", args=[view.pk])
        yield Waiting(
            verb=verb,
            case=view.case,
            href=href,
            owner=str(ROLE_OF[partner].label),
            mine=mine,
            note=str(view.decision.get_kind_display()),
            link=link,
            **_served(view.decision),
        )


def _record(decision: Decision) -> Address:
    return reverse("decisions:record", args=[decision.pk])


@compiled_once
def _pending(user: User, case: uuid.UUID | None) -> Any:
    roles = [*_EACH_PARTNER.values(), _CHAIR, _SGC, _WRITES_DOWN, LEAD_PARTNERS]
    pending = Decision.objects.pending().select_related("lead_decision")
    stands_on = ("kind", "about", "state", "model", "round", "recommended", "decided_alone")
    pending = with_fields(pending, "case", *stands_on)
    return _rows(pending, user, case, roles, {LEAD_PARTNERS: Q(state=DecisionState.ESCALATED)})


@compiled_once
def _views_in(user: User, case: None, *, keys: list[uuid.UUID]) -> Any:
    return with_fields(
        PartnerView.objects.filter(decision__any=keys), "decision", "partner", "outcome", "state"
    )


@compiled_once
def _chair_views_in(user: User, case: None, *, keys: list[uuid.UUID]) -> Any:
    rows = ChairView.objects.filter(decision__any=keys).prefetch_related("confirmations")
    return with_fields(rows, "decision", "round", "agrees", "outcome", "superseded")


def _decisions(user: User, case: Case | None) -> Iterator[Waiting]:
    decisions = _pending(user, case)
    attach(decisions, "views", _views_in, user)
    attach(decisions, "chair_views", _chair_views_in, user)
    escalated = [decision for decision in decisions if decision.state == DecisionState.ESCALATED]
    disputes = Prefetch("escalations", Escalation.objects.open(), to_attr="open_disputes")
    prefetch_related_objects(escalated, disputes)
    for decision in decisions:
        if decision.state == DecisionState.ESCALATED:
            yield from _disputes(decision)
            owner = "Business unit or independent chair"
            steps = [_Step(pages.Act.LEAD_PARTNERS, _LEAD, _WRITES_DOWN, owner, disputed=True)]
        else:
            steps = list(_open_question(decision))
        yield from _lines(decision, steps, case)


def _disputes(decision: Decision) -> Iterator[Waiting]:
    """A dispute, before the lead safeguarding partners: what they decide in writing is recorded for them."""
    for dispute in decision.open_disputes:
        yield Waiting(
            verb="Settle the partners’ disagreement, in writing",
            case=decision.case,
            href=reverse("decisions:dispute", args=[dispute.pk]),
            owner="Lead safeguarding partners",
            mine=_holds_one(decision, LEAD_PARTNERS),
            note=str(decision.get_kind_display()),
            **_served(decision, disputed=True),
        )


class _Step(NamedTuple):
    """What somebody is to do about a question: the act, in words, who may do it, and whether it settles a dispute."""

    act: pages.Act
    verb: str
    roles: frozenset[Role]
    owner: str
    disputed: bool = False


def _lines(decision: Decision, steps: list[_Step], case: Case | None) -> Iterator[Waiting]:
    """The steps of one question: in a case each by itself; over all cases those of others as one line for an act."""
    note = str(decision.get_kind_display())
    mine = [step for step in steps if _holds_one(decision, step.roles)]
    for step in mine if case is None else steps:
        yield Waiting(
            verb=step.verb,
            case=decision.case,
            href=pages.address(decision, step.act),
            owner=step.owner,
            mine=step in mine,
            note=note,
            **_served(decision, disputed=step.disputed),
        )
    others: dict[str, list[_Step]] = {}
    for step in steps if case is None else ():
        if step not in mine:
            others.setdefault(step.verb, []).append(step)
    for verb, theirs in others.items():
        also = any(step.verb == verb for step in mine)
        yield Waiting(
            verb=_ACTS_OF_OTHERS[verb](len(theirs), also),
            case=decision.case,
            href=_record(decision),
            owner="; ".join(step.owner for step in theirs),
            mine=False,
            note=note,
            link="See who",
            **_served(decision, disputed=theirs[0].disputed),
        )


def _open_question(decision: Decision) -> Iterator[_Step]:
    if recommendation_comes_first(DecisionKind(decision.kind)) and not decision.recommended:
        yield _Step(pages.Act.RECOMMEND, _RECOMMEND, _SGC, str(Role.SGC.label))
        return
    views = decision.view_outcomes()
    missing = [partner for partner in _EACH_PARTNER if views[partner] is None]  # type: ignore[index]
    for partner in missing:
        yield _Step(pages.Act.GIVE_VIEW, _GIVE, _EACH_PARTNER[partner], str(ROLE_OF[partner].label))
    if missing:
        return
    standing = decision.standing()
    for partner, roles in _EACH_PARTNER.items():
        owner = str(ROLE_OF[partner].label)
        if standing.chair_departs and not _has_confirmed(decision, partner):
            yield _Step(pages.Act.CONFIRM_DEPARTURE, _CONFIRM_DEPARTURE, roles, owner)
        elif standing.escalates:
            verb = _ESCALATE_TODAY if decision.kind == DecisionKind.CRITERIA else _ESCALATE
            yield _Step(pages.Act.ESCALATE, verb, roles, owner, disputed=True)
    if standing.escalates:
        return
    if decision.model != DecisionModel.THREE_DSP and decision.chair_view() is None:
        verb = _CHAIR_DECIDES if decision.model == DecisionModel.IC_DECIDES else _CHAIR_VIEW
        yield _Step(pages.Act.CHAIR_VIEW, verb, _CHAIR, str(Role.IC.label))
    elif standing.outcome is not None:
        # Everything is in but the recommendation, without which this outcome does not stand.
        yield _Step(pages.Act.RECOMMEND, _RECOMMEND, _SGC, str(Role.SGC.label))


def _has_confirmed(decision: Decision, partner: StatutoryPartner) -> bool:
    chair = decision.chair_view()
    return chair is not None and any(row.partner == partner for row in chair.confirmations.all())


# The clock a question serves, the nearest first: whoever gives a view sees by when it is needed.
_CLOCKS: Final[dict[DecisionKind, tuple[str, ...]]] = {
    DecisionKind.CRITERIA: ("DL-05", "DL-01"),
    DecisionKind.RAPID_REVIEW: ("DL-09", "DL-10"),
    DecisionKind.RECONSIDERATION: ("DL-13",),
    DecisionKind.SIGN_OFF: ("DL-14",),
    DecisionKind.PUBLICATION: ("DL-14",),
    DecisionKind.NOT_PUBLISH: ("DL-14",),
    DecisionKind.DISCONTINUATION: ("DL-14",),
    DecisionKind.CLOSURE: ("DL-23",),
}


def _served(decision: Decision, *, disputed: bool = False) -> dict[str, Any]:
    """The words for `Waiting` of which deadline an answer to the question serves; to a dispute, which runs on."""
    kind = DecisionKind(decision.kind)
    code, *others = (_RUNS_ON.get(kind, ""),) if disputed else _CLOCKS.get(kind, ("",))
    return {"about": decision.about, "code": code, "or_codes": tuple(others)}


@compiled_once
def _undecided(user: User, case: uuid.UUID | None) -> Any:
    undecided = Declaration.objects.filter(state=DeclarationState.DECLARED).select_related("person")
    return _rows(undecided, user, case, [DECIDE_DECLARATIONS, BUSINESS_UNIT])


def _declarations(user: User, case: Case | None) -> Iterator[Waiting]:
    for declaration in _undecided(user, case):
        mine = _holds_one(declaration, DECIDE_DECLARATIONS) and declaration.person_id != user.pk
        followed = case is None and not mine
        yield Waiting(
            verb="A declaration of interest is still to be decided on"
            if followed
            else "Decide on a declaration of interest",
            case=declaration.case,
            href=reverse("desk:case", args=[declaration.case_id])
            if followed
            else reverse("decisions:decide_declaration", args=[declaration.pk]),
            owner=f"{Role.SGC.label} or a delegated safeguarding partner",
            mine=mine,
            link="See the case" if followed else "",
            note=str(declaration.get_role_display()),
        )


@compiled_once
def _undeclared(user: User, case: uuid.UUID | None, role: Role) -> Any:
    cases = Case.objects.filter(open_to(user, {role}, case=""), stage__in=OPEN)
    if case is not None:
        cases = cases.filter(pk=case)
    declared = Declaration.objects.live().filter(case=OuterRef("pk"), person=user, role=role)
    return first_of(cases.filter(~Exists(declared)).order_by("opened_at"), case)


def _to_declare(user: User, case: Case | None) -> Iterator[Waiting]:
    """A person's own declarations still to be made: they are asked before they take their part (domain §4.3)."""
    for role in sorted(DECLARES & roles_anywhere(user)):
        for asked in _undeclared(user, case, role):
            yield Waiting(
                verb="Declare your interests",
                case=asked,
                href=reverse("decisions:declare", args=[asked.pk, role]),
                owner=str(Role(role).label),
                note=f"As {Role(role).label[0].lower()}{Role(role).label[1:]}",
            )


@compiled_once
def _due_holds(user: User, case: uuid.UUID | None) -> Any:
    due = Hold.objects.in_force().filter(review_on__lte=clock.today() + SOON)
    return _rows(due, user, case, [MAY_HOLD], dated="review_on")


def _holds(user: User, case: Case | None) -> Iterator[Waiting]:
    for hold in _due_holds(user, case):
        yield Waiting(
            verb=f"Look again at the hold on {hold.get_kind_display().lower()}",
            case=hold.case,
            href=reverse("decisions:review_hold", args=[hold.pk]),
            owner="Business unit or a delegated safeguarding partner",
            mine=_holds_one(hold, MAY_HOLD),
            about=audit.label_of(hold),
            code="DL-21h",
            due_on=hold.review_on,
        )


_PLACES: Final = Places(
    (_views, PartnerView.objects.filter(state__in=UNSETTLED)),
    (_decisions, Decision.objects.pending()),
    # Asks nothing of whoever has nothing to declare.
    (_to_declare,),
    (_declarations, Declaration.objects.filter(state=DeclarationState.DECLARED)),
    (_holds, Hold.objects.in_force()),
    dated={_holds: "review_on"},
)
