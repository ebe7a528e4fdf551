import uuid

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import lcspr.clock


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0002_audit_functions"),
        ("correspondence", "0002_repository_copy"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EmailChoice",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("daily", models.BooleanField(default=False, verbose_name="one e-mail a day")),
                ("chosen_at", models.DateTimeField(default=lcspr.clock.now)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MessageEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("tried", "A worker began to send it"),
                            ("sent", "The mail server took it"),
                            ("put_off", "It was not sent, and is tried again"),
                            ("failed", "It was given up"),
                            ("dropped", "It was dropped"),
                            ("collected", "It was put into the daily e-mail"),
                            ("bounced", "It came back"),
                            ("resent", "Sent again"),
                            ("settled", "Told in another way"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField(default=lcspr.clock.now)),
                ("words", models.CharField(blank=True, max_length=1000)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="message",
            name="correspondence_message_state_known",
        ),
        migrations.RemoveConstraint(
            model_name="message",
            name="correspondence_message_failed_says_why",
        ),
        migrations.RemoveConstraint(
            model_name="message",
            name="correspondence_message_settled_failed",
        ),
        migrations.RemoveIndex(
            model_name="message",
            name="correspondence_message_failed",
        ),
        migrations.AddField(
            model_name="message",
            name="bounced_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="came back at"),
        ),
        migrations.AddField(
            model_name="message",
            name="digest",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="parts",
                to="correspondence.message",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="task",
            field=models.CharField(blank=True, max_length=120, verbose_name="what is to be done"),
        ),
        migrations.AlterField(
            model_name="message",
            name="state",
            field=models.CharField(
                choices=[
                    ("held", "Waiting for the daily e-mail"),
                    ("queued", "Waiting to be sent"),
                    ("claimed", "Being sent"),
                    ("sent", "Sent"),
                    ("failed", "Could not be sent"),
                    ("dropped", "Not sent, and not needed"),
                ],
                default="queued",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(
                    ("settled_at__isnull", True),
                    models.Q(("state", "failed"), ("bounced_at__isnull", False), _connector="OR"),
                ),
                fields=["case"],
                name="correspondence_message_unseen",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state", "held")),
                fields=["next_attempt_at"],
                name="correspondence_message_held",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["held", "queued", "claimed", "sent", "failed", "dropped"])),
                name="correspondence_message_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("state__in", ["failed", "dropped"]), _negated=True),
                        ("bounced_at__isnull", True),
                    ),
                    models.Q(("failure", ""), _negated=True),
                    _connector="OR",
                ),
                name="correspondence_message_failed_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("settled_at__isnull", True),
                    ("state", "failed"),
                    ("bounced_at__isnull", False),
                    _connector="OR",
                ),
                name="correspondence_message_settled_failed",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("bounced_at__isnull", True), ("state", "sent"), _connector="OR"),
                name="correspondence_message_bounced_was_sent",
            ),
        ),
        migrations.AddField(
            model_name="emailchoice",
            name="user",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="messageevent",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="messageevent",
            name="message",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="history",
                to="correspondence.message",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="emailchoice",
            trigger=pgtrigger.compiler.Trigger(
                name="row_change",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            IF TG_OP = 'INSERT' THEN\n                PERFORM record_row_change('correspondence.EmailChoice', TG_OP, NULL, to_jsonb(NEW));\n            ELSIF TG_OP = 'UPDATE' THEN\n                PERFORM record_row_change('correspondence.EmailChoice', TG_OP, to_jsonb(OLD), to_jsonb(NEW));\n            ELSE\n                PERFORM record_row_change('correspondence.EmailChoice', TG_OP, to_jsonb(OLD), NULL);\n            END IF;\n            RETURN NULL;\n            ",
                    hash="38f3fd3b51f2156035eecd97cca876c61d8be9dc",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_row_change_3d279",
                    table="correspondence_emailchoice",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="messageevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "tried",
                            "sent",
                            "put_off",
                            "failed",
                            "dropped",
                            "collected",
                            "bounced",
                            "resent",
                            "settled",
                        ],
                    )
                ),
                name="correspondence_messageevent_kind_known",
            ),
        ),
    ]
