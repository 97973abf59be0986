from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # An index that is built beside what writers do cannot be in a transaction.
    atomic = False

    dependencies = [("authoring", "0006_writing")]

    operations = [
        AddIndexConcurrently(
            "revision",
            models.Index(
                "article", "created_by", "number", name="revision_autosaved", condition=models.Q(autosaved=True)
            ),
        )
    ]
