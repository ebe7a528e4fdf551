from celery import shared_task

from casework import jobs
from correspondence.services import send_digests
from deadlines import printing, services
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


@shared_task
def make_week_sheet(job: str) -> None:
    """Make the PDF of a week sheet."""
    jobs.run(job, printing.make_week_sheet)
