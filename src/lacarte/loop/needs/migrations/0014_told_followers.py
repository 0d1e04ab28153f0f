import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("needs", "0013_unplaced"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="follower",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="told",
                to="needs.follower",
            ),
        ),
    ]
