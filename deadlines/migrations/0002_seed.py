"""The rules of the catalogue and the bank holidays, as data."""

from django.db import migrations

from deadlines.seeding import seed_holidays, seed_rules


def seed(apps, schema_editor):
    seed_rules(apps.get_model("deadlines", "RuleVersion"))
    seed_holidays(apps.get_model("deadlines", "Holiday"))


class Migration(migrations.Migration):
    dependencies = [
        ("deadlines", "0001_initial"),
        # Rows of ours are recorded as they are written.
        ("casework", "0002_audit_functions"),
    ]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
