"""Bodies of pages are compressed already; Postgres need not try."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("publishing", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE publishing_page ALTER COLUMN body SET STORAGE EXTERNAL",
            "ALTER TABLE publishing_page ALTER COLUMN body SET STORAGE EXTENDED",
        )
    ]
