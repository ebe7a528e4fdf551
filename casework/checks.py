"""System checks of the door: a machine that could let somebody through unseen does not start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, register
from django.db import models

from accounts.models import Record
from casework.conditions import Condition
from casework.machine import StateField, state_field


def machines() -> list[type[models.Model]]:
    """Every model that has a state machine."""
    return [m for m in apps.get_models() if any(isinstance(f, StateField) for f in m._meta.local_fields)]


def transitions_of(model: type[models.Model]) -> list[Any]:
    """Every transition of a machine, one entry a source."""
    return list(state_field(model).get_all_transitions(model))


@register()
def check_machines(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse machines with an unguarded, unnamed, unreachable or inescapable part."""
    return [message for model in machines() for message in check_machine(model)]


def check_machine(model: type[models.Model]) -> Iterator[CheckMessage]:
    """The faults of one machine."""
    name, field, transitions = model.__name__, state_field(model), transitions_of(model)
    for transition in {t.name: t for t in transitions}.values():
        for part, present in (
            ("permission", transition.permission),
            ("label", (transition.custom or {}).get("label")),
            ("ref", (transition.custom or {}).get("ref")),
        ):
            if not present:
                yield Error(f"{name}.{transition.name} needs a {part}.", obj=model, id="casework.E001")
        if not all(isinstance(condition, Condition) for condition in transition.conditions):
            yield Error(
                f"{name}.{transition.name} has a condition that cannot explain itself.",
                obj=model,
                id="casework.E002",
            )
    if not field.protected:
        yield Error(f"{name}.{field.name} must be protected.", obj=model, id="casework.E003")
    if not hasattr(model, "case") and not hasattr(model, "case_id"):
        yield Error(f"{name} must say which case it belongs to.", obj=model, id="casework.E004")
    states = {str(value) for value, _ in field.choices}
    born = {str(field.get_default()), *getattr(model, "born_in", ())}
    reached = born | {str(t.target) for t in transitions}
    for state in sorted(states - reached):
        yield Error(f"No act of {name} leads to “{state}”.", obj=model, id="casework.E005")
    left = states if any(t.source == "*" for t in transitions) else {str(t.source) for t in transitions}
    final = {str(state) for state in getattr(model, "final_states", ())}
    for state in sorted(states - left - final):
        yield Error(
            f"No act of {name} leads out of “{state}”, which is not final.", obj=model, id="casework.E006"
        )
    for state in sorted(final & left):
        yield Error(f"“{state}” of {name} is called final but has an exit.", obj=model, id="casework.E007")


@register()
def check_tables_are_recorded(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a table of ours that changes without a record, unless it says why (`unrecorded`)."""
    return [
        Error(
            f"{model.__name__} has no row trigger: let its Meta extend Record.Meta.",
            obj=model,
            id="casework.E008",
        )
        for model in apps.get_models()
        if issubclass(model, Record)
        and not getattr(model, "unrecorded", "")
        and not any(trigger.name == "row_change" for trigger in getattr(model._meta, "triggers", []))
    ]
