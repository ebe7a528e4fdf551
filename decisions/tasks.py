from celery import shared_task

from casework import jobs
from decisions import printing


@shared_task
def make_record(job: str) -> None:
    """Make the PDF of the record of a decision."""
    jobs.run(job, printing.make_record)
