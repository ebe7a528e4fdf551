"""Cases are found by when the incident was."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0006_numbers_of_a_child"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["partnership", "incident_from"], name="casework_case_by_incident"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["partnership", "incident_until"], name="casework_case_by_incident_end"
            ),
        ),
    ]
