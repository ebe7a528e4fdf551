"""A deadline is of its case's partnership: who may see it is decided by that, so the database holds it to it."""

from django.db import migrations

TOGETHER = """
ALTER TABLE casework_case ADD CONSTRAINT casework_case_with_partnership UNIQUE (id, partnership_id);
ALTER TABLE deadlines_deadline ADD CONSTRAINT deadlines_deadline_of_its_case
    FOREIGN KEY (case_id, partnership_id) REFERENCES casework_case (id, partnership_id) DEFERRABLE INITIALLY DEFERRED;
"""
APART = """
ALTER TABLE deadlines_deadline DROP CONSTRAINT deadlines_deadline_of_its_case;
ALTER TABLE casework_case DROP CONSTRAINT casework_case_with_partnership;
"""


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0011_by_code"), ("casework", "0011_newest_first")]

    operations = [migrations.RunSQL(TOGETHER, APART)]
