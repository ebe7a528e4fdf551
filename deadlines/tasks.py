from celery import shared_task

from deadlines import services


@shared_task
def sweep() -> None:
    """Take every reminder and escalation that is due."""
    services.sweep()
