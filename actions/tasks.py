"""Work of the clock: reminding people of the dates of actions."""

from __future__ import annotations

from celery import shared_task

from accounts.db import acting_as, system_user
from actions import services
from lcspr import clock


@shared_task
def remind() -> None:
    """Queue today's reminders of actions; run at any interval, each goes out once."""
    with acting_as(system_user()):
        services.remind_of_due_actions(on=clock.today())
