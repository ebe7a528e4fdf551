from celery import shared_task

from casework.scanning import scan_waiting
from correspondence.services import tell_of_closed_file


@shared_task
def scan_waiting_files() -> None:
    """Check the files that came while the virus scanner could not be reached, and tell of those it does not let in."""
    scan_waiting(tell=tell_of_closed_file)
