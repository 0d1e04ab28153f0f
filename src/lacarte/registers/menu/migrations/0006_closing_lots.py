"""Lots that close with bookings standing against it, and an index of what expires."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('menu', '0005_rows_of_directories'),
    ]

    operations = [
        migrations.AddField(
            model_name='capacitylot',
            name='closing_to',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name='hold',
            index=models.Index(condition=models.Q(('state', 'held')), fields=['expires_at'], name='hold_that_expires'),
        ),
    ]
