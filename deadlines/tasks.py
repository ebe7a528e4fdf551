from celery import shared_task

from casework import jobs
from deadlines import printing, services


@shared_task
def sweep() -> None:
    """Take every reminder and escalation that is due."""
    services.sweep()


@shared_task(queue=jobs.DOCUMENTS)
def make_week_sheet(job: str) -> None:
    """Make the PDF of a week sheet."""
    jobs.run(job, printing.make_week_sheet)
