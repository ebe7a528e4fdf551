from celery import shared_task

from casework import jobs
from referrals import printing


@shared_task
def make_copy(job: str) -> None:
    """Make the PDF of a referral for its referrer's own file."""
    jobs.run(job, printing.make_copy)


@shared_task
def make_pack(job: str) -> None:
    """Make the PDF of a kept version of the notification pack."""
    jobs.run(job, printing.make_pack)
