"""What else agencies know a child by, sealed."""

from django.db import migrations

import casework.encryption


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0005_jobs_with_files"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="address_then",
            field=casework.encryption.EncryptedTextField(
                blank=True, verbose_name="address at the time of the incident"
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="la_reference",
            field=casework.encryption.EncryptedTextField(
                blank=True, verbose_name="children’s social care case number"
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="upn",
            field=casework.encryption.EncryptedTextField(blank=True, verbose_name="unique pupil number"),
        ),
    ]
