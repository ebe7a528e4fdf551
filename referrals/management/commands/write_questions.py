"""Writes the table of F-01's questions in docs/forms.md anew."""

from django.conf import settings
from django.core.management.base import BaseCommand

from referrals.questions import CURRENT
from referrals.questions.table import put_into


class Command(BaseCommand):
    help = "Write the table of the referral's questions in docs/forms.md from the question set."

    def handle(self, *args: object, **options: object) -> None:
        path = settings.BASE_DIR / "docs" / "forms.md"
        path.write_text(put_into(path.read_text(), CURRENT))
