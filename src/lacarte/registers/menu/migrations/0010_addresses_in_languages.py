from django.db import migrations
from django.db.models import F
from django.db.models.functions import JSONObject

import lacarte.kernel.text

_HAN = "[\u3400-\u9fff]"  # as lacarte.kernel.text.as_written tells the language of a text
_AT_ONCE = 1000


def tell_the_language(apps, schema_editor):
    """An address is a map of the one language that it is written in."""
    places = apps.get_model("menu", "OfferAtPlace").objects.exclude(address="")
    places.filter(address__regex=_HAN).update(address_in=JSONObject(**{"zh-hans": F("address")}))
    places.exclude(address__regex=_HAN).update(address_in=JSONObject(en=F("address")))
    _in_the_history(apps.get_model("menu", "MenuChange"))


def _in_the_history(change):
    rows, last = change.objects.filter(record="offer-at-place").order_by("pk"), None
    while batch := list((rows if last is None else rows.filter(pk__gt=last))[:_AT_ONCE]):
        for one in batch:
            if isinstance(said := one.values.get("address"), str):
                one.values["address"] = lacarte.kernel.text.as_written(said)
        change.objects.bulk_update(batch, ["values"])
        last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [
        ("menu", "0009_documents_of_directories"),
    ]

    operations = [
        migrations.AddField("offeratplace", "address_in", lacarte.kernel.text.MultilingualField(default=dict)),
        migrations.RunPython(tell_the_language),
        migrations.RemoveField("offeratplace", "address"),
        migrations.RenameField("offeratplace", "address_in", "address"),
    ]
