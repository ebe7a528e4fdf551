"""The keys by which a child is found go into their indexes at once, not onto a list that every search reads through."""

import django.contrib.postgres.indexes
from django.db import migrations

INDEXES = {"casework_person_by_born_pairs": "born_pairs_index", "casework_person_by_name": "name_index"}


class Migration(migrations.Migration):
    dependencies = [("casework", "0009_other_area")]

    operations = [
        operation
        for name, field in INDEXES.items()
        for operation in (
            migrations.RemoveIndex(model_name="person", name=name),
            migrations.AddIndex(
                model_name="person",
                index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=[field], name=name),
            ),
        )
    ]
