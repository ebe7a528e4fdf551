"""The functions behind the record, and what the application's role may not do to it."""

from django.conf import settings
from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION audit_digest(
    previous bytea, number bigint, at timestamptz, act uuid, actor uuid, agency uuid, verb text, chain uuid,
    object text, payload_digest bytea
) RETURNS bytea LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT sha256(previous || convert_to(concat_ws('|',
        number, (extract(epoch FROM at) * 1000000)::bigint, act, coalesce(actor::text, '-'),
        coalesce(agency::text, '-'), verb, chain, object), 'UTF8') || payload_digest)
$$;

CREATE FUNCTION record_row_change(label text, op text, was jsonb, is_now jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    subject jsonb := coalesce(is_now, was);
    before jsonb := was;
    after jsonb := is_now;
    body text;
    -- 122 random bits: uuid_send of a random UUID needs no extension.
    fresh_salt bytea := uuid_send(gen_random_uuid());
    new_id bigint;
    -- Not even a hash of a secret belongs in the record.
    secrets constant text[] := ARRAY['password', 'secret_hash'];
BEGIN
    IF op = 'UPDATE' THEN
        SELECT coalesce(jsonb_object_agg(key, was -> key), '{}'), coalesce(jsonb_object_agg(key, value), '{}')
            INTO before, after
            FROM jsonb_each(is_now - secrets) WHERE value IS DISTINCT FROM was -> key;
        IF after = '{}' THEN
            RETURN;
        END IF;
    END IF;
    body := jsonb_build_object('was', before - secrets, 'is', after - secrets)::text;
    INSERT INTO casework_rowchange (chain, number, at, act, actor_id, agency_id, verb, case_id, object,
        payload_digest, previous, digest)
    VALUES (
        '00000000-0000-0000-0000-000000000000', 0,
        coalesce(nullif(current_setting('app.at', true), '')::timestamptz, clock_timestamp()),
        coalesce(nullif(current_setting('app.act', true), '')::uuid, gen_random_uuid()),
        nullif(current_setting('app.user_id', true), '')::uuid,
        nullif(current_setting('app.agency_id', true), '')::uuid,
        lower(op),
        CASE WHEN label = 'casework.Case' THEN (subject ->> 'id')::uuid
             ELSE (subject ->> 'case_id')::uuid END,
        label || ':' || (subject ->> 'id'),
        sha256(fresh_salt || convert_to(body, 'UTF8')), '', ''
    ) RETURNING id INTO new_id;
    INSERT INTO casework_rowchangepayload (row_change_id, salt, body) VALUES (new_id, fresh_salt, body);
END;
$$;
"""

DROP = """
DROP FUNCTION record_row_change(text, text, jsonb, jsonb);
DROP FUNCTION audit_digest(bytea, bigint, timestamptz, uuid, uuid, uuid, text, uuid, text, bytea);
"""


def restrict(apps, schema_editor):
    """The application may add events and read the record; nothing lets it change or remove a line."""
    role = schema_editor.quote_name(settings.APP_DATABASE_ROLE)
    schema_editor.execute(
        f"REVOKE UPDATE, DELETE, TRUNCATE ON casework_event, casework_eventpayload FROM {role}"
    )
    schema_editor.execute(
        f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON casework_rowchange, casework_rowchangepayload FROM {role}"
    )


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP),
        migrations.RunPython(restrict, migrations.RunPython.noop),
    ]
