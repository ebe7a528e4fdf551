"""Steps that are said again for as long as an act is owed, as the catalogue has them now."""

from django.db import migrations

from deadlines.catalogue import CATALOGUE


def renew_steps(apps, schema_editor):
    rules = apps.get_model("deadlines", "RuleVersion")
    for rule in CATALOGUE:
        rules.objects.filter(code=rule.code, effective_from=rule.effective_from).update(
            reminders=[step.as_json() for step in rule.reminders],
            missed=[step.as_json() for step in rule.missed],
        )


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0007_calendar_feed_and_board")]

    operations = [migrations.RunPython(renew_steps, migrations.RunPython.noop)]
