"""The wiring of the application: settings, clock, task queue, addresses. It holds no business logic."""

from lcspr.celery import app as celery_app

__all__ = ["celery_app"]
