"""The door for gunicorn. It refuses to open when a system check finds an error, which Django itself does not do."""

import os

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lcspr.settings")

application = get_wsgi_application()
call_command("check")
