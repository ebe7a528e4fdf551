"""Opening a partnership from a preset."""

from __future__ import annotations

import copy
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Partnership, User
from accounts.presets import PRESETS
from accounts.services.refusal import Refused

_MERGED: Final = frozenset({"words", "practice", "contacts", "local_lengths"})


@transaction.atomic
def open_partnership(
    *, name: str, short_name: str, code: str, preset: str, by: User | None = None, **overrides: Any
) -> Partnership:
    """Open a partnership with the settings of a preset (accounts.presets), its own put over them.

    Overriding words, practice, contacts or lengths changes only the entries given. `by` is an
    administrator, or None on the command line.
    """
    if by is not None and not by.is_staff:
        raise PermissionDenied
    if preset not in PRESETS:
        raise Refused(f"There is no preset “{preset}”: choose {' or '.join(sorted(PRESETS))}.")
    settings = copy.deepcopy(PRESETS[preset])
    for field, value in overrides.items():
        settings[field] = {**settings.get(field, {}), **value} if field in _MERGED else value
    return Partnership.objects.create(name=name, short_name=short_name, code=code, **settings)
