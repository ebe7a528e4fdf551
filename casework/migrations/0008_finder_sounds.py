"""People already recorded are found by the sounds and dates by which new ones are (ADR 0015)."""

from django.db import migrations

from casework.people import reindex


def compute_again(apps, schema_editor):
    reindex(apps.get_model("casework", "Person").objects.all())


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0007_finder"),
    ]

    operations = [
        migrations.RunPython(compute_again, migrations.RunPython.noop),
    ]
