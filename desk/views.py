"""Pages that span the apps: what needs you, the cases, a case, its timeline, its people, who has seen it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from accounts.access_table import Right, Thing
from accounts.compiled import planning_once
from accounts.db import memberships_of
from accounts.models import AccountRequest, User
from accounts.roles import BUSINESS_UNIT, GUEST, LEAD_PARTNERS, PARTNERS, SUB_GROUP, Role
from accounts.services import newcomers_for
from casework import audit
from casework.compiled import compiled_once
from casework.models import Case, Event, Subject
from casework.permissions import business_unit_partnerships
from casework.reading import note_read
from casework.views import CasePage
from casework.waiting import MINE_SHOWN, OTHERS_SHOWN
from deadlines.calendars import Calendars
from deadlines.models import Deadline
from deadlines.rules.words import and_list
from deadlines.showing import Shown, shown_all
from desk.forms import CaseFilterForm
from desk.gathering import grouped, home_of, tasks_in
from desk.paging import page_of
from desk.parts import parts_of
from desk.stage_map import stage_map
from desk.tabs import tabs_of
from desk.timeline import entries_of
from desk.watch import LATE_LENGTH, STUCK_AFTER, WEEK_LENGTH, Watch, watch_of
from lcspr import clock
from referrals.permissions import ways_in
from referrals.waiting import open_questions, unsent

PAGE_LENGTH = 25
# Lines of the record: an act writes several, which stand together.
TIMELINE_LENGTH = 60
# Of those who have come in or ask to, how many are named on “What needs you”.
AT_THE_DOOR = 20

# Who follows the whole case, not only their own agency's part in it.
FOLLOWS_THE_CASE = (
    BUSINESS_UNIT
    | SUB_GROUP
    | PARTNERS
    | LEAD_PARTNERS
    | {Role.IC, Role.LAN, Role.PC, Role.PM, Role.AUT, Role.LEGAL, Role.NEIGHBOUR}
)


class HomeView(TemplateView):
    """What needs you: verbs, not menus."""

    template_name = "desk/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        assert isinstance(user, User)
        note_read(self.request, case=None, words="Opened What needs you")
        # What is asked here over all cases is asked of everybody alike: one plan of each text is enough.
        with planning_once():
            return {**super().get_context_data(**kwargs), **_needed(user)}


def _needed(user: User) -> dict[str, Any]:
    """What “What needs you” shows to one person."""
    guest = {Role(membership.role) for membership in memberships_of(user)} <= GUEST
    watch = watch_of(user)
    home = home_of(
        user,
        tasks=MINE_SHOWN,
        # A guest sees what is asked of them and nothing else.
        others=0 if guest else OTHERS_SHOWN,
        watched=watch.clocks if watch else (),
    )
    return {
        "page_title": "What needs you",
        "groups": grouped(home.mine),
        "others": home.others,
        "more": home.more,
        "more_others": home.more_others and not guest,
        "watch": _watched(watch, home.watched) if watch else None,
        "case_content": bool(home.mine or home.others or watch),
        "drafts": unsent(user),
        "asked_first": open_questions(user),
        "newcomers": newcomers_for(user)[:AT_THE_DOOR],
        "asking": _asking(user),
        "may_refer": bool(ways_in(user)),
    }


@compiled_once
def _asking(user: User, case: None = None) -> Any:
    """Who asks for an account in a partnership that this person manages."""
    managed = [m.partnership_id for m in memberships_of(user) if m.role == Role.BUM]
    return AccountRequest.objects.filter(partnership__in=managed, settled_at=None)[:AT_THE_DOOR]


def _watched(watch: Watch, clocks: Mapping[Any, Shown]) -> dict[str, Any]:
    """What the business unit keeps an eye on, for the page."""
    return {
        "late": _together(clocks[key] for key in watch.late[:LATE_LENGTH]),
        "more_late": len(watch.late) > LATE_LENGTH,
        "week": _together(clocks[key] for key in watch.week[:WEEK_LENGTH]),
        "more_week": len(watch.week) > WEEK_LENGTH,
        "stuck": watch.stuck,
        "stuck_after": STUCK_AFTER.days,
        "held": watch.held,
    }


def _together(rows: Iterable[Shown]) -> list[tuple[Shown, str]]:
    """The same clock of one case, owed by several on the same day, as one row with all who owe it."""
    found: dict[Any, tuple[Shown, list[str]]] = {}
    for row in rows:
        due = row.deadline
        found.setdefault((due.case_id, due.code, due.due_on), (row, []))[1].append(
            due.owed_agency.short_name if due.owed_agency else row.who
        )
    return [(row, row.who if len(who) == 1 else and_list(who)) for row, who in found.values()]


class CaseListView(TemplateView):
    """The cases a person may open, newest first, a page at a time."""

    template_name = "desk/cases.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        assert isinstance(user, User)
        note_read(self.request, case=None, words="Opened the list of cases")
        form = CaseFilterForm(self.request.GET, user=user)
        cases = form.applied_to(Case.objects.visible_to(user).select_related("partnership"))
        page = page_of(cases.order_by("-opened_at", "id"), self.request.GET.get("page"), PAGE_LENGTH)
        address = reverse("desk:cases")
        return {
            **super().get_context_data(**kwargs),
            "page_title": "Cases",
            "page": page,
            "rows": self._with_deadlines(list(page), user),
            "filter_form": form,
            "chosen": form.chosen(address),
            "clear_href": address,
            "may_find": bool(business_unit_partnerships(user)),
            "may_bring_in": any(m.role == Role.BUM for m in memberships_of(user)),
            "case_content": True,
        }

    def _with_deadlines(self, cases: list[Case], user: User) -> list[tuple[Case, Shown | None]]:
        """Each case with the soonest act still owed in it, in one query."""
        owed = Deadline.objects.visible_to(user).owed().filter(case__in=[case.pk for case in cases])
        # By the column: `case` alone would bring the order of cases with it, which DISTINCT ON refuses.
        soonest = owed.with_everything().order_by("case_id", "due_at", "code").distinct("case_id")
        by_case = {row.deadline.case_id: row for row in shown_all(soonest, clock.now())}
        return [(case, by_case.get(case.pk)) for case in cases]


class CaseTab(CasePage):
    """A page of the case, with its tabs."""

    tab: str = ""

    @cached_property
    def follows_the_case(self) -> bool:
        return bool(self.roles & FOLLOWS_THE_CASE)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "tabs": tabs_of(self.case, self.user, self.roles, current=self.tab),
            "follows_the_case": self.follows_the_case,
            **super().get_context_data(**kwargs),
        }


@compiled_once
def _clocks_of(user: User, case: uuid.UUID) -> Any:
    """The deadlines of a case with what their rows show beside the case and its partnership."""
    related = ("rule", "owed_agency", "owed_user")
    return (
        Deadline.objects.visible_to(user)
        .filter(case=case)
        .select_related(*related)
        .order_by("due_at", "code")
    )


@compiled_once
def _subjects_of(user: User, case: uuid.UUID) -> Any:
    return Subject.objects.filter(case=case)


class CaseView(CaseTab):
    """The case at a glance: what happens next, who must do it, what blocks it, and the clocks."""

    template_name = "desk/case.html"
    tab = "overview"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        calendars = Calendars()
        found = _clocks_of(self.user, self.case)
        for deadline in found:
            deadline.case, deadline.partnership = self.case, self.case.partnership
        clocks = shown_all(found, clock.now(), calendars)
        tasks = tasks_in(self.case, self.user, clocks, calendars)
        if not self.follows_the_case:
            tasks = [task for task in tasks if task.waiting.mine]
        return {
            "next_task": tasks[0] if tasks else None,
            "other_tasks": tasks[1:],
            "deadlines": [row for row in clocks if row.deadline.is_open],
            "ended": [row for row in clocks if not row.deadline.is_open],
            "parts": parts_of(self.case, self.user),
            "stages": stage_map(self.case, self.user) if self.follows_the_case else [],
            "subjects": _subjects_of(self.user, self.case),
            **super().get_context_data(**kwargs),
        }


class TimelineView(CaseTab):
    """Every act of the case, in words."""

    template_name = "desk/timeline.html"
    tab = "timeline"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if not self.follows_the_case:
            raise PermissionDenied
        acts = Event.objects.filter(case=self.case).exclude(verb__in=audit.NOT_ON_TIMELINE)
        page = page_of(
            acts.select_related("actor", "agency", "payload").order_by("-id"),
            self.request.GET.get("page"),
            TIMELINE_LENGTH,
        )
        return {
            "page_title": "Timeline",
            "page": page,
            "entries": entries_of(page),
            "may_see_access": self.may(Right.READ, Thing.AUDIT),
            **super().get_context_data(**kwargs),
        }


class PeopleView(CaseTab):
    """The children and family of the case, by pseudonym; names only once revealed."""

    template_name = "desk/people.html"
    tab = "people"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        reads, reveals = self.may(Right.READ, Thing.IDENTITY), self.may(Right.REVEAL, Thing.IDENTITY)
        if not (reads or reveals or self.follows_the_case):
            raise PermissionDenied
        names_shown = self.is_revealed and (reads or reveals)
        subjects = self.case.subjects.all()
        return {
            "page_title": "People",
            "subjects": list(subjects.select_related("person") if names_shown else subjects),
            "names_shown": names_shown,
            "may_reveal": (reads or reveals) and not names_shown,
            **super().get_context_data(**kwargs),
        }


class AccessView(CaseTab):
    """Who may open the case and why, and who has seen what."""

    template_name = "desk/access.html"
    tab = "access"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if not self.may(Right.READ, Thing.AUDIT):
            raise PermissionDenied
        reads = Event.objects.filter(case=self.case, verb__in=audit.NOT_ON_TIMELINE)
        page = page_of(
            reads.select_related("actor", "agency", "payload").order_by("-id"),
            self.request.GET.get("page"),
            PAGE_LENGTH,
        )
        return {
            "page_title": "Access",
            "admitted": self.case.access.select_related("user", "agency", "partnership").order_by(
                "starts_on", "role"
            ),
            "walls": self.case.walls.filter(lifted_at=None).select_related("user"),
            "page": page,
            **super().get_context_data(**kwargs),
        }
