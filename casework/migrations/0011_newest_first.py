"""The newest cases are found at once by those who see more than one partnership's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casework", "0010_finder_at_once")]

    operations = [
        migrations.AddIndex(
            model_name="case", index=models.Index(fields=["-opened_at", "id"], name="casework_case_newest")
        )
    ]
