"""Which rules run here, what the others wait for, and what each counts from, as the catalogue now says."""

from django.db import migrations

from deadlines.seeding import seed_rules


def seed(apps, schema_editor):
    seed_rules(apps.get_model("deadlines", "RuleVersion"))


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0004_proposed_rules")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
