"""The root of the service types: the type of a need that nobody has understood yet."""

from django.db import migrations

from lacarte.kernel.tree import ROOT


def forwards(apps, editor):
    apps.get_model("menu", "ServiceType").objects.create(
        number=ROOT.first,
        last=ROOT.last,
        code="not-yet-known",
        name={"en": "Not yet known", "zh-hans": "尚未归类"},
        description={"en": "Somebody will read it and choose.", "zh-hans": "工作人员将阅读并归类。"},
        orderable=False,
    )


class Migration(migrations.Migration):
    dependencies = [("menu", "0001_initial")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
