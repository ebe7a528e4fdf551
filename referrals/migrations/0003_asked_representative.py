"""Questions to the agency’s representative before a referral, and their answers."""

import uuid

import django.db.models.deletion
import django_fsm
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import lcspr.clock


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_getting_in_and_directory"),
        ("referrals", "0002_f01_complete"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Consultation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Waiting for an answer"),
                            ("answered", "Answered"),
                            ("withdrawn", "Taken back"),
                        ],
                        default="asked",
                        editable=False,
                        max_length=20,
                    ),
                ),
                ("asked_at", models.DateTimeField(default=lcspr.clock.now, editable=False)),
                ("note", models.TextField()),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("yes", "Yes, refer it"),
                            ("no", "No, I would not refer it"),
                            ("talk", "Let’s talk first"),
                        ],
                        max_length=10,
                    ),
                ),
                ("answer_words", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.agency"
                    ),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "partnership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.partnership",
                    ),
                ),
                (
                    "referral",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consultation",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at"],
                "abstract": False,
                "indexes": [models.Index(fields=["agency", "state"], name="referrals_consultation_waiting")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["asked", "answered", "withdrawn"])),
                        name="referrals_consultation_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ["yes", "no", "talk", ""])),
                        name="referrals_consultation_answer_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                ("state", "answered"),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "answered"), _negated=True),
                                ("answer", ""),
                                ("answered_at__isnull", True),
                                ("answered_by__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="referrals_consultation_answered_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("referral__isnull", True), ("state", "answered"), _connector="OR"
                        ),
                        name="referrals_consultation_referral_after_answer",
                    ),
                ],
            },
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="consultation",
            trigger=pgtrigger.compiler.Trigger(
                name="row_change",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            IF TG_OP = 'INSERT' THEN\n                PERFORM record_row_change('referrals.Consultation', TG_OP, NULL, to_jsonb(NEW));\n            ELSIF TG_OP = 'UPDATE' THEN\n                PERFORM record_row_change('referrals.Consultation', TG_OP, to_jsonb(OLD), to_jsonb(NEW));\n            ELSE\n                PERFORM record_row_change('referrals.Consultation', TG_OP, to_jsonb(OLD), NULL);\n            END IF;\n            RETURN NULL;\n            ",
                    hash="d2728cf02fa4cf1b7ae852555913a4b3b2a87030",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_row_change_9201e",
                    table="referrals_consultation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="consultation",
            trigger=pgtrigger.compiler.Trigger(
                name="legal_moves",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."state" IS DISTINCT FROM (NEW."state"))',
                    func="\n            IF (OLD.state, NEW.state) NOT IN (\n                ('asked', 'answered'),\n                ('asked', 'withdrawn')\n            ) THEN\n                RAISE EXCEPTION 'No act leads from % to %', OLD.state, NEW.state USING ERRCODE = '23514';\n            END IF;\n            RETURN NEW;\n            ",
                    hash="72a5d4364037d7a60fa3d5c3c139e4de63a51e04",
                    operation='UPDATE OF "state"',
                    pgid="pgtrigger_legal_moves_cace5",
                    table="referrals_consultation",
                    when="BEFORE",
                ),
            ),
        ),
    ]
