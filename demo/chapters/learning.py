"""Actions: from the first that keeps a child safe to the plan's evaluation."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from actions import services
from actions.models import Action, ActionPlan, Outlook, Recommendation
from casework.models import Case
from demo.diary import Story
from demo.papers import paper
from demo.scene import Scene, act, everyone_opens, now, today


@dataclass(frozen=True)
class Planned:
    """An action as the plan has it; `owner` is a key of the cast, `due_on` its target date."""

    text: str
    change: str
    agency: str
    owner: str
    due_on: dt.date
    immediate: bool = False
    milestones: str = ""


def added(
    scene: Scene,
    moment: dt.datetime,
    case: Case,
    planned: Planned,
    *,
    recommendation: Recommendation | None = None,
) -> Story[Action]:
    """The business unit gives an agency something to do."""
    yield moment
    return act(
        services.add_action,
        case,
        text=planned.text,
        intended_outcome=planned.change,
        agency=scene.agency(planned.agency),
        owner=scene[planned.owner],
        starts_on=today(),
        due_on=planned.due_on,
        milestones=planned.milestones,
        immediate=planned.immediate,
        recommendation=recommendation,
        by=scene["officer"],
        on=today(),
    )


def plan_drafted(scene: Scene, moment: dt.datetime, case: Case) -> Story[ActionPlan]:
    yield moment
    return act(services.draft_plan, case, by=scene["sub_group_chair"], on=today())


def plan_agreed(scene: Scene, moment: dt.datetime, plan: ActionPlan) -> Story[ActionPlan]:
    yield moment
    return act(services.agree_plan, plan, by=scene["sub_group_chair"], on=today(), at=now())


def plan_running(scene: Scene, moment: dt.datetime, case: Case) -> Story[ActionPlan]:
    """The plan agreed at the sign-off is put to work."""
    yield moment
    everyone_opens(case)
    plan = ActionPlan.objects.filter(case=case).live().get()
    return act(services.run_plan, plan, by=scene["business_manager"], on=today())


def begun(
    scene: Scene, moment: dt.datetime, action: Action, words: str = "", outlook: Outlook = Outlook.ON_TRACK
) -> Story[Action]:
    """The owner starts, and may say how it goes."""
    yield moment
    action = act(services.start_action, action, by=action.owner)
    if words:
        act(services.add_update, action, text=words, outlook=outlook, by=action.owner, at=now())
    return action


def done(scene: Scene, moment: dt.datetime, action: Action, shows: str) -> Story[Action]:
    """The owner hands in the evidence and says that it is done."""
    yield moment
    act(
        services.add_evidence,
        action,
        upload=paper(f"Evidence for action {action.number}", shows),
        shows=shows,
        by=action.owner,
        at=now(),
    )
    return act(services.complete_action, action, by=action.owner)


def evidence_accepted(
    scene: Scene, moment: dt.datetime, action: Action, *, look_again_on: dt.date
) -> Story[Action]:
    """The sub-group chair accepts the evidence and says when its impact is looked at."""
    yield moment
    action = act(services.accept_evidence, action, by=scene["sub_group_chair"], on=today())
    return act(
        services.await_impact, action, look_again_on=look_again_on, by=scene["sub_group_chair"], on=today()
    )


def closed(scene: Scene, moment: dt.datetime, action: Action, impact: str) -> Story[Action]:
    yield moment
    return act(services.close_action, action, impact=impact, by=scene["sub_group_chair"], on=today())


def reported(scene: Scene, moment: dt.datetime, case: Case, text: str) -> Story[None]:
    """Progress is reported, as about every three months."""
    yield moment
    plan = ActionPlan.objects.filter(case=case).live().get()
    act(
        services.report_progress,
        plan,
        told=scene.partnership.word("case_group"),
        text=text,
        by=scene["business_manager"],
        on=today(),
        at=now(),
    )
