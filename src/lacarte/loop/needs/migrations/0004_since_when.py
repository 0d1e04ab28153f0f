"""Needs that were there before have changed last when they ended, or came in; and they are in a cell."""

from django.db import migrations
from django.db.models import F
from django.db.models.functions import Coalesce

from lacarte.engines.geography import cells

_BATCH = 10_000


def fill(apps, schema_editor):
    need = apps.get_model("needs", "Need")
    need.objects.update(changed_at=Coalesce(F("closed_at"), F("received_at")))
    placed = need.objects.exclude(longitude=None).exclude(latitude=None)
    rows = list(placed.values_list("pk", "longitude", "latitude"))
    numbers = cells([row[1] for row in rows], [row[2] for row in rows]).tolist()
    for start in range(0, len(rows), _BATCH):
        found = [
            need(pk=pk, cell=cell)
            for (pk, *_), cell in zip(rows[start : start + _BATCH], numbers[start : start + _BATCH], strict=True)
        ]
        need.objects.bulk_update(found, ["cell"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("needs", "0003_needs_from_every_side")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
