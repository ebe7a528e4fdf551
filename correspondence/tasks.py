"""Delivery in the background; ids only, and everything may be run twice."""

from celery import shared_task

from correspondence import delivery
from lcspr.health import mark

DELIVERED = "mail-swept"


@shared_task
def deliver(number: int) -> None:
    """Send one message, unless another worker has it or it is not due."""
    delivery.deliver(number)


@shared_task
def deliver_waiting() -> None:
    """Send everything that is due."""
    delivery.deliver_waiting()
    mark(DELIVERED)
