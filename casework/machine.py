"""What every state machine declares, and the same moves told to the database."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.db import models
from django_fsm import FSMField


class StateField(FSMField):
    """A machine’s state, moved by its transitions alone.

    In a migration it is the plain string that the database holds: a historical model has no transitions, and the
    original looks for them again, in every model there is, each time any historical model is made.
    """

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        kwargs.pop("protected", None)
        return name, "django.db.models.CharField", args, kwargs


def act(label: str, ref: str, *, help_text: str = "") -> dict[str, str]:
    """What a transition says of itself: its button, and where the handbook speaks of it."""
    return {"label": label, "ref": ref, "help_text": help_text}


def state_field(model: type[models.Model]) -> StateField:
    """The one field that holds a machine's state."""
    return next(field for field in model._meta.local_fields if isinstance(field, StateField))


def legal_moves(model: type[models.Model]) -> None:
    """Let the database refuse every move that is not a declared transition, however it is written.

    Called after the class, for the transitions are its methods. An update that leaves the state as it
    is passes.
    """
    field = state_field(model)
    moves: set[tuple[str, str]] = set()
    for transition in field.get_all_transitions(model):
        sources = [s for s, _ in field.choices] if transition.source == "*" else [transition.source]
        moves |= {(str(source), str(transition.target)) for source in sources}
    pgtrigger.register(
        pgtrigger.Trigger(
            name="legal_moves",
            when=pgtrigger.Before,
            operation=pgtrigger.UpdateOf(field.name),
            condition=pgtrigger.Q(**{f"old__{field.name}__df": pgtrigger.F(f"new__{field.name}")}),
            func=_refusal(field.name, sorted(moves)),
        )
    )(model)


def _refusal(column: str, moves: list[tuple[str, str]]) -> str:
    pairs = ",\n                ".join(f"('{source}', '{target}')" for source, target in moves)
    return f"""
            IF (OLD.{column}, NEW.{column}) NOT IN (
                {pairs}
            ) THEN
                RAISE EXCEPTION 'No act leads from % to %', OLD.{column}, NEW.{column} USING ERRCODE = '23514';
            END IF;
            RETURN NEW;
            """
