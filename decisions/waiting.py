"""What waits here: views to give and confirm, the independent chair's turn, declarations to decide, holds to look at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import Any, Final

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Prefetch, Q
from django.urls import reverse

from accounts.models import User
from accounts.roles import BUSINESS_UNIT, LEAD_PARTNERS, PARTNERS, Role
from accounts.settings_choices import DecisionModel, StatutoryPartner
from casework import audit
from casework.models import OPEN, Access, Case
from casework.permissions import holds_anywhere, open_to, roles_anywhere
from casework.waiting import Places, Waiting, most
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
from decisions.partners import ROLE_OF
from decisions.services.holds import MAY_HOLD
from govuk.dates import date_text
from lcspr import clock

SOON: Final = dt.timedelta(days=14)

DECIDE_DECLARATIONS: Final = PARTNERS | {Role.SGC}


def waiting(user: User, case: Case | None = None) -> list[Waiting]:
    """What waits on `user`; with a case, all that waits in it and who must do it."""
    found = [each for look in _PLACES.to_look(user, case) for each in look(user, case)]
    return [each for each in found if each.mine or case is not None]


def _rows(
    rows: Any,
    user: User,
    case: Case | None,
    roles: Collection[frozenset[Role]],
    only: Mapping[frozenset[Role], Q] = MappingProxyType({}),
) -> Any:
    """Rows with, for each set of roles, whether the user holds one of it in the row's case: one query for all.

    Without a case only rows that wait on one of the sets; `only` says which rows wait on a set, if not all.
    """
    if case is None and not any(holds_anywhere(user, these) for these in roles):
        return []
    rows = rows.visible_to(user).select_related("case").order_by("created_at")
    theirs = {_flag(these): open_to(user, these) for these in roles}
    held = {flag: ExpressionWrapper(these, output_field=BooleanField()) for flag, these in theirs.items()}
    if case is not None:
        return rows.filter(case=case).annotate(**held)[: most(case)]
    wanted = (only.get(these, Q()) & theirs[_flag(these)] for these in roles)
    return rows.filter(reduce(or_, wanted)).annotate(**held)[: most(case)]


def _flag(roles: frozenset[Role]) -> str:
    return "as_" + "_".join(sorted(roles))


def _holds_one(row: Any, roles: frozenset[Role]) -> bool:
    return bool(getattr(row, _flag(roles)))


_EACH_PARTNER: Final = {partner: frozenset({role}) for partner, role in ROLE_OF.items()}
_CHAIR: Final = frozenset({Role.IC})
_SGC: Final = frozenset({Role.SGC})
_WRITES_DOWN: Final = BUSINESS_UNIT | {Role.IC}

# The statutory clocks that no dispute stops, so that whoever must settle one sees them run (T18, AC-23).
_RUNS_ON: Final = {
    DecisionKind.CRITERIA.value: "DL-01",
    DecisionKind.RAPID_REVIEW.value: "DL-10",
    DecisionKind.RECONSIDERATION.value: "DL-13",
}

_UNSETTLED: Final = (ViewState.RECORDED, ViewState.CONTESTED)


def _views(user: User, case: Case | None) -> Iterator[Waiting]:
    """Views recorded for a partner that wait for them, whatever has become of the question meanwhile."""
    unsettled = PartnerView.objects.filter(state__in=_UNSETTLED).exclude(
        decision__state=DecisionState.ABANDONED
    )
    for view in _rows(unsettled.select_related("decision"), user, case, _EACH_PARTNER.values()):
        partner = StatutoryPartner(view.partner)
        contested = view.state == ViewState.CONTESTED
        yield Waiting(
            verb="Give your own view, in place of the one contested"
            if contested
            else "Confirm or contest the view recorded for you",
            case=view.case,
            href=pages.address(view.decision, pages.Act.GIVE_VIEW)
            if contested
            else reverse("decisions:confirm", args=[view.pk]),
            owner=str(ROLE_OF[partner].label),
            mine=_holds_one(view, _EACH_PARTNER[partner]),
            note=str(view.decision.get_kind_display()),
        )


def _decisions(user: User, case: Case | None) -> Iterator[Waiting]:
    roles = [*_EACH_PARTNER.values(), _CHAIR, _SGC, _WRITES_DOWN, LEAD_PARTNERS]
    disputes = Prefetch("escalations", Escalation.objects.open(), to_attr="open_disputes")
    chairs = Prefetch("chair_views", ChairView.objects.prefetch_related("confirmations"))
    pending = (
        Decision.objects.pending().select_related("lead_decision").prefetch_related("views", chairs, disputes)
    )
    escalated = Q(state=DecisionState.ESCALATED)
    only = {_WRITES_DOWN: escalated, LEAD_PARTNERS: escalated}
    for decision in _rows(pending, user, case, roles, only):
        if decision.state == DecisionState.ESCALATED:
            yield from _disputes(decision)
            yield _act(
                decision, pages.Act.LEAD_PARTNERS, "Record the lead safeguarding partners’ decision", _WRITES_DOWN,
                "Business unit or independent chair", code=_RUNS_ON.get(decision.kind, ""),
            )  # fmt: skip
        else:
            yield from _open_question(decision)


def _disputes(decision: Decision) -> Iterator[Waiting]:
    """A dispute, before the lead safeguarding partners: what they decide in writing is recorded for them."""
    for dispute in decision.open_disputes:
        yield Waiting(
            verb="Settle the partners’ disagreement, in writing",
            case=decision.case,
            href=reverse("decisions:dispute", args=[dispute.pk]),
            owner="Lead safeguarding partners",
            mine=_holds_one(decision, LEAD_PARTNERS),
            about=decision.about,
            code=_RUNS_ON.get(decision.kind, ""),
            note=str(decision.get_kind_display()),
        )


def _open_question(decision: Decision) -> Iterator[Waiting]:
    if recommendation_comes_first(DecisionKind(decision.kind)) and not decision.recommended:
        yield _act(
            decision, pages.Act.RECOMMEND, "Record the group’s recommendation", _SGC, str(Role.SGC.label)
        )
        return
    standing = decision.standing()
    views = decision.view_outcomes()
    for partner, roles in _EACH_PARTNER.items():
        owner = str(ROLE_OF[partner].label)
        if views[partner] is None:  # type: ignore[index]
            yield _act(decision, pages.Act.GIVE_VIEW, "Give your view", roles, owner)
        elif standing.chair_departs and not _has_confirmed(decision, partner):
            words = "Confirm or escalate the independent chair’s decision"
            yield _act(decision, pages.Act.CONFIRM_DEPARTURE, words, roles, owner)
        elif standing.escalates:
            # The notification's five working days run meanwhile, so a split on the criteria goes up the same day (AC-23).
            when = " today" if decision.kind == DecisionKind.CRITERIA else ""
            words = f"Escalate{when}: the partners do not agree"
            code = _RUNS_ON.get(decision.kind, "")
            yield _act(decision, pages.Act.ESCALATE, words, roles, owner, code=code)
    if None in views.values() or standing.escalates:
        return
    if decision.model != DecisionModel.THREE_DSP and decision.chair_view() is None:
        yield _act(
            decision, pages.Act.CHAIR_VIEW, "Give the independent chair’s view", _CHAIR, str(Role.IC.label)
        )
    elif standing.outcome is not None:
        # Everything is in but the recommendation, without which this outcome does not stand.
        yield _act(
            decision, pages.Act.RECOMMEND, "Record the group’s recommendation", _SGC, str(Role.SGC.label)
        )


def _has_confirmed(decision: Decision, partner: StatutoryPartner) -> bool:
    chair = decision.chair_view()
    return chair is not None and any(row.partner == partner for row in chair.confirmations.all())


def _act(
    decision: Decision, act: pages.Act, verb: str, roles: frozenset[Role], owner: str, *, code: str = ""
) -> Waiting:
    return Waiting(
        verb=verb,
        case=decision.case,
        href=pages.address(decision, act),
        owner=owner,
        mine=_holds_one(decision, roles),
        about=decision.about,
        code=code,
        note=str(decision.get_kind_display()),
    )


def _declarations(user: User, case: Case | None) -> Iterator[Waiting]:
    undecided = Declaration.objects.filter(state=DeclarationState.DECLARED).select_related("person")
    for declaration in _rows(undecided, user, case, [DECIDE_DECLARATIONS]):
        yield Waiting(
            verb="Decide on a declaration of interest",
            case=declaration.case,
            href=reverse("decisions:decide_declaration", args=[declaration.pk]),
            owner=f"{Role.SGC.label} or a delegated safeguarding partner",
            mine=_holds_one(declaration, DECIDE_DECLARATIONS) and declaration.person_id != user.pk,
            note=str(declaration.get_role_display()),
        )


def _to_declare(user: User, case: Case | None) -> Iterator[Waiting]:
    """A person's own declarations still to be made: they are asked before they take their part (domain §4.3)."""
    for role in sorted(DECLARES & roles_anywhere(user)):
        cases = Case.objects.filter(open_to(user, {role}, case=""), stage__in=OPEN)
        if case is not None:
            cases = cases.filter(pk=case.pk)
        declared = Declaration.objects.live().filter(case=OuterRef("pk"), person=user, role=role)
        for asked in cases.filter(~Exists(declared)).order_by("opened_at")[: most(case)]:
            yield Waiting(
                verb="Declare your interests",
                case=asked,
                href=reverse("decisions:declare", args=[asked.pk, role]),
                owner=str(Role(role).label),
                note=f"As {Role(role).label[0].lower()}{Role(role).label[1:]}",
            )


def _holds(user: User, case: Case | None) -> Iterator[Waiting]:
    due = Hold.objects.in_force().filter(review_on__lte=clock.today() + SOON)
    for hold in _rows(due, user, case, [MAY_HOLD]):
        yield Waiting(
            verb=f"Look again at the hold on {hold.get_kind_display().lower()}",
            case=hold.case,
            href=reverse("decisions:review_hold", args=[hold.pk]),
            owner="Business unit or a delegated safeguarding partner",
            mine=_holds_one(hold, MAY_HOLD),
            about=audit.label_of(hold),
            code="DL-21h",
            note=f"by {date_text(hold.review_on)}",
        )


_PLACES: Final = Places(
    (_views, PartnerView.objects.filter(state__in=_UNSETTLED)),
    (_decisions, Decision.objects.pending()),
    (_to_declare, Access.objects.filter(role__in=DECLARES)),
    (_declarations, Declaration.objects.filter(state=DeclarationState.DECLARED)),
    (_holds, Hold.objects.in_force()),
)
