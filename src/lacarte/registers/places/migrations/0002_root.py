"""The root of the region tree: everywhere, and also "nowhere more exact is known"."""

from django.db import migrations

from lacarte.kernel.tree import ROOT


def forwards(apps, editor):
    apps.get_model("places", "Region").objects.create(
        number=ROOT.first, last=ROOT.last, code="everywhere", name={"en": "Everywhere", "zh-hans": "各地"}
    )


class Migration(migrations.Migration):
    dependencies = [("places", "0001_initial")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
