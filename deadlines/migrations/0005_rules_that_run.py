"""Which rules run here and what the others wait for, as the catalogue now says."""

from django.db import migrations

from deadlines.seeding import seed_rules


def seed(apps, schema_editor):
    seed_rules(apps.get_model("deadlines", "RuleVersion"))


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0004_proposed_rules")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
