from django.db import migrations, models

from authoring.migrations._anew import AddIndexAnew


class Migration(migrations.Migration):
    # An index that is built beside what writers do cannot be in a transaction.
    atomic = False

    dependencies = [("authoring", "0006_writing")]

    operations = [
        AddIndexAnew(
            "revision",
            models.Index(
                "article", "created_by", "number", name="revision_autosaved", condition=models.Q(autosaved=True)
            ),
        )
    ]
