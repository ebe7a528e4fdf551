"""Getting in by a work address, asking for an account, and the directory of whom to ring."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import accounts.constraints
import lcspr.clock


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="agency",
            name="email_domains",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=120, validators=[accounts.constraints.work_domain]),
                blank=True,
                default=list,
                size=None,
            ),
        ),
        migrations.CreateModel(
            name="DirectoryEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=150)),
                ("job_title", models.CharField(blank=True, max_length=150)),
                ("phone", models.CharField(blank=True, max_length=40, verbose_name="telephone number")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail address")),
                ("is_public", models.BooleanField(default=False, verbose_name="shown to everybody")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.agency"
                    ),
                ),
                (
                    "partnership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="directory",
                        to="accounts.partnership",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "directory entries",
                "ordering": ["agency__name", "name"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OwnEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("address", models.EmailField(max_length=254, verbose_name="address that was proven")),
                ("chosen", models.BooleanField(default=False, verbose_name="agency chosen among several")),
                ("at", models.DateTimeField(default=lcspr.clock.now, editable=False)),
                ("refused_at", models.DateTimeField(blank=True, null=True)),
                ("refused_because", models.TextField(blank=True)),
                (
                    "membership",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="own_entry",
                        to="accounts.membership",
                    ),
                ),
                (
                    "refused_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "own entries",
                "ordering": ["-at"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AccountRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                ("name", models.CharField(max_length=150)),
                ("job_title", models.CharField(blank=True, max_length=150)),
                ("phone", models.CharField(max_length=40, verbose_name="telephone number")),
                ("organisation", models.CharField(max_length=200)),
                ("asked_at", models.DateTimeField(default=lcspr.clock.now, editable=False)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("declined_because", models.TextField(blank=True)),
                (
                    "invitation",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="account_request",
                        to="accounts.invitation",
                    ),
                ),
                (
                    "partnership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="account_requests",
                        to="accounts.partnership",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["asked_at"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("settled_at__isnull", True)),
                        fields=("partnership", "email"),
                        name="accounts_accountrequest_one_waiting",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("invitation__isnull", True),
                                ("settled_at__isnull", True),
                                ("settled_by__isnull", True),
                            ),
                            models.Q(("settled_at__isnull", False), ("settled_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="accounts_accountrequest_settled_by_somebody",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="accountrequest",
            trigger=pgtrigger.compiler.Trigger(
                name="row_change",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            IF TG_OP = 'INSERT' THEN\n                PERFORM record_row_change('accounts.AccountRequest', TG_OP, NULL, to_jsonb(NEW));\n            ELSIF TG_OP = 'UPDATE' THEN\n                PERFORM record_row_change('accounts.AccountRequest', TG_OP, to_jsonb(OLD), to_jsonb(NEW));\n            ELSE\n                PERFORM record_row_change('accounts.AccountRequest', TG_OP, to_jsonb(OLD), NULL);\n            END IF;\n            RETURN NULL;\n            ",
                    hash="cd5a5016c2048678ab2e4d89a56d7f624b446178",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_row_change_94a90",
                    table="accounts_accountrequest",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="directoryentry",
            constraint=models.UniqueConstraint(
                fields=("partnership", "agency", "name"), name="accounts_directoryentry_once"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="directoryentry",
            trigger=pgtrigger.compiler.Trigger(
                name="row_change",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            IF TG_OP = 'INSERT' THEN\n                PERFORM record_row_change('accounts.DirectoryEntry', TG_OP, NULL, to_jsonb(NEW));\n            ELSIF TG_OP = 'UPDATE' THEN\n                PERFORM record_row_change('accounts.DirectoryEntry', TG_OP, to_jsonb(OLD), to_jsonb(NEW));\n            ELSE\n                PERFORM record_row_change('accounts.DirectoryEntry', TG_OP, to_jsonb(OLD), NULL);\n            END IF;\n            RETURN NULL;\n            ",
                    hash="fc128265ff907810f1be1367681db500b840aa7b",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_row_change_ce777",
                    table="accounts_directoryentry",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="ownentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("refused_at__isnull", True), ("refused_by__isnull", True)),
                    models.Q(("refused_at__isnull", False), ("refused_by__isnull", False)),
                    _connector="OR",
                ),
                name="accounts_ownentry_refused_by_somebody",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ownentry",
            trigger=pgtrigger.compiler.Trigger(
                name="row_change",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            IF TG_OP = 'INSERT' THEN\n                PERFORM record_row_change('accounts.OwnEntry', TG_OP, NULL, to_jsonb(NEW));\n            ELSIF TG_OP = 'UPDATE' THEN\n                PERFORM record_row_change('accounts.OwnEntry', TG_OP, to_jsonb(OLD), to_jsonb(NEW));\n            ELSE\n                PERFORM record_row_change('accounts.OwnEntry', TG_OP, to_jsonb(OLD), NULL);\n            END IF;\n            RETURN NULL;\n            ",
                    hash="a08682544b5f0ca4329ef7d44463e3727926604d",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_row_change_f5fb7",
                    table="accounts_ownentry",
                    when="AFTER",
                ),
            ),
        ),
    ]
