"""Small words for the desk's pages."""

from __future__ import annotations

import datetime as dt

from django import template
from django.apps import apps

from casework import audit
from casework.audit import Verb
from casework.models import Event
from lcspr import clock

register = template.Library()


@register.simple_tag
def today() -> dt.date:
    """Today's date in England, as the application's clock has it."""
    return clock.today()


@register.filter
def read_words(event: Event) -> str:
    """What was read, without its content: “Opened: rapid review”; or what was answered on first opening the case."""
    if event.verb == audit.OPENING_ANSWERED:
        return str(audit.payload_of(event).get("words") or "Said whether they know anyone in the case")
    verb = Verb(event.verb).label
    label = event.object.split(":")[0]
    return f"{verb}: {apps.get_model(label)._meta.verbose_name}" if label else str(verb)
