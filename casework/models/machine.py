"""What every record with states has: of two people who move it at once, the second is refused."""

from __future__ import annotations

from functools import cache
from typing import Any

from django_fsm import ConcurrentTransitionMixin, FSMFieldMixin


class Machine(ConcurrentTransitionMixin):
    """A record whose move is saved only if its state is still what it was when it was read (docs/adr/0002).

    Saving raises ConcurrentTransition otherwise.
    """

    @property
    def state_fields(self) -> Any:
        """Looked up once for each kind of record: django-fsm goes through all fields of every row that is read."""
        kind: Any = type(self)
        return _state_fields(kind)


@cache
def _state_fields(model: Any) -> list[Any]:
    return [field for field in model._meta.fields if isinstance(field, FSMFieldMixin)]
