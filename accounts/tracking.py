"""The row trigger that every table of ours carries, so that no change escapes the record.

Signals miss bulk updates and raw SQL; a trigger sees them all. The SQL function `record_row_change` that
it calls is made by casework's migrations; PL/pgSQL looks it up only when a row changes.
"""

import pgtrigger


def row_change() -> pgtrigger.Trigger:
    """Write a RowChange for each inserted, updated and deleted row of the model."""
    return pgtrigger.Trigger(
        name="row_change",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=pgtrigger.Func(
            """
            IF TG_OP = 'INSERT' THEN
                PERFORM record_row_change('{meta.label}', TG_OP, NULL, to_jsonb(NEW));
            ELSIF TG_OP = 'UPDATE' THEN
                PERFORM record_row_change('{meta.label}', TG_OP, to_jsonb(OLD), to_jsonb(NEW));
            ELSE
                PERFORM record_row_change('{meta.label}', TG_OP, to_jsonb(OLD), NULL);
            END IF;
            RETURN NULL;
            """
        ),
    )
