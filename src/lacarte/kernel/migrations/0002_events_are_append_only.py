"""Events are only ever added: the database itself refuses to change or remove one."""

from django.db import migrations

_SQLITE = """
CREATE TRIGGER kernel_event_no_update BEFORE UPDATE ON kernel_event
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER kernel_event_no_delete BEFORE DELETE ON kernel_event
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
"""
_POSTGRESQL = """
CREATE FUNCTION kernel_event_append_only() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'events are append-only'; END $$ LANGUAGE plpgsql;
CREATE TRIGGER kernel_event_append_only BEFORE UPDATE OR DELETE ON kernel_event
FOR EACH ROW EXECUTE FUNCTION kernel_event_append_only();
"""


def forwards(apps, editor):
    if editor.connection.vendor == "sqlite":
        for statement in _SQLITE.strip().split("END;\n"):
            editor.execute(statement.removesuffix("END;") + "END;")
    else:
        editor.execute(_POSTGRESQL)


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop, elidable=False)]
