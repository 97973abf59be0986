"""Operations that a release which was interrupted can take once more."""

from django.contrib.postgres.operations import AddIndexConcurrently


class AddIndexAnew(AddIndexConcurrently):
    """As Django's, and first drops what an interrupted build left: an index of that name, which is not valid."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if self.allow_migrate_model(schema_editor.connection.alias, to_state.apps.get_model(app_label, self.model_name)):
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(self.index.name)}")
        super().database_forwards(app_label, schema_editor, from_state, to_state)
