"""The whole of F-01: who refers and endorses, the answers about each child, and the family."""

import uuid

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import lcspr.clock


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("casework", "0006_numbers_of_a_child"),
        ("referrals", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReferredRelative",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=lcspr.clock.now, editable=False)),
                ("key", models.CharField(max_length=32)),
                ("answers", models.JSONField(blank=True, default=dict)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="referral",
            name="endorsed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="referral",
            name="endorsed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="endorsed_version",
            field=models.PositiveIntegerField(default=0, verbose_name="version of the answers endorsed"),
        ),
        migrations.AddField(
            model_name="referral",
            name="endorsement",
            field=models.CharField(
                blank=True,
                choices=[
                    ("supports", "Supports it"),
                    ("does_not_support", "Does not support it"),
                    ("not_available", "Could not be reached in time"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="endorsement_asked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="referral",
            name="endorsement_note",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="referral",
            name="lead_role",
            field=models.CharField(blank=True, max_length=150),
        ),
        migrations.AddField(
            model_name="referral",
            name="lead_view",
            field=models.CharField(
                blank=True,
                choices=[
                    ("supports", "Supports it"),
                    ("does_not_support", "Does not support it"),
                    ("not_available", "Could not be reached in time"),
                ],
                max_length=20,
                verbose_name="what the referrer says the lead thinks",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="left_to",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="referrals_left",
                to=settings.AUTH_USER_MODEL,
                verbose_name="colleague who may go on with it",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="referrer_email",
            field=models.EmailField(
                blank=True, max_length=254, verbose_name="secure e-mail address of the referrer"
            ),
        ),
        migrations.AddField(
            model_name="referredchild",
            name="answers",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(("lead_view__in", ["supports", "does_not_support", "not_available", ""])),
                name="referrals_referral_lead_view_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("endorsement__in", ["supports", "does_not_support", "not_available", ""])
                ),
                name="referrals_referral_endorsement_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("endorsed_at__isnull", True), ("endorsed_by__isnull", True), ("endorsement", "")
                    ),
                    models.Q(
                        models.Q(("endorsement", ""), _negated=True),
                        ("endorsed_at__isnull", False),
                        ("endorsed_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="referrals_referral_endorsed_by_somebody",
            ),
        ),
        migrations.AddField(
            model_name="referredrelative",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="%(class)ss", to="casework.case"
            ),
        ),
        migrations.AddField(
            model_name="referredrelative",
            name="referral",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="relatives", to="referrals.referral"
            ),
        ),
        migrations.AddField(
            model_name="referredrelative",
            name="subject",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="referred_as_relative",
                to="casework.subject",
            ),
        ),
        migrations.AddConstraint(
            model_name="referredrelative",
            constraint=models.UniqueConstraint(
                fields=("referral", "key"), name="referrals_referredrelative_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="referredrelative",
            constraint=models.UniqueConstraint(
                fields=("referral", "subject"), name="referrals_referredrelative_once"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="referredrelative",
            trigger=pgtrigger.compiler.Trigger(
                name="row_change",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            IF TG_OP = 'INSERT' THEN\n                PERFORM record_row_change('referrals.ReferredRelative', TG_OP, NULL, to_jsonb(NEW));\n            ELSIF TG_OP = 'UPDATE' THEN\n                PERFORM record_row_change('referrals.ReferredRelative', TG_OP, to_jsonb(OLD), to_jsonb(NEW));\n            ELSE\n                PERFORM record_row_change('referrals.ReferredRelative', TG_OP, to_jsonb(OLD), NULL);\n            END IF;\n            RETURN NULL;\n            ",
                    hash="5676a2357ee97a8da968f4a0b38954b39335ba1c",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_row_change_315b2",
                    table="referrals_referredrelative",
                    when="AFTER",
                ),
            ),
        ),
    ]
