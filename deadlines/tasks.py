from celery import shared_task

from correspondence.services import send_digests
from deadlines import services
from lcspr.health import mark

SWEPT = "deadlines-swept"


@shared_task
def sweep() -> None:
    """Take every reminder and escalation that is due."""
    services.sweep()
    mark(SWEPT)


@shared_task
def send_daily_emails() -> None:
    """Write the daily e-mails that are due, without what has been done meanwhile."""
    services.forget_ended()
    send_digests()
