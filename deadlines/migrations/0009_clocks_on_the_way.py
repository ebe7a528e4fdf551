"""The clocks that run from now on: receipt and check of a referral, letters, meeting and sign-off, notices of a death."""

from django.db import migrations

from deadlines.seeding import seed_rules


def seed(apps, schema_editor):
    seed_rules(apps.get_model("deadlines", "RuleVersion"))


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0008_chasing_that_repeats")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
