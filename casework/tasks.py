from celery import shared_task

from casework import jobs


@shared_task
def pick_up_jobs() -> None:
    """Hand out again the long work that nobody has begun or a worker has lost."""
    jobs.pick_up()


@shared_task
def forget_job_files() -> None:
    """Remove what was made more than a day ago."""
    jobs.forget()
