from django.db import migrations
from django.db.models import F


def let_count(apps, schema_editor):
    """Runs of before were published as they were computed, and their decisions have been dealt with.

    A decision that still waited for its order is matched anew by the next run.
    """
    runs = apps.get_model("matching", "MatchingRun").objects.filter(decided_at=None)
    runs.update(state="published", decided_at=F("started_at"))
    apps.get_model("matching", "Match").objects.filter(outcome="decided").update(outcome="ordered")
    waiting = apps.get_model("kernel", "Job").objects.filter(state="ready")
    waiting.filter(name="matching.run").delete()
    waiting.filter(name="matching.ended -> loop.orders.tasks.place_orders").delete()


class Migration(migrations.Migration):
    dependencies = [("matching", "0004_run_lives"), ("kernel", "0002_events_are_append_only")]

    operations = [migrations.RunPython(let_count, migrations.RunPython.noop)]
