"""Many articles in the read tables without writing them: copies of those that are there."""

from django.db import connections

from cms.databases import READ

# Of each table: what becomes of the columns that must differ. `{n}` is the number of the copy.
TABLES = {
    "publishing_publishedarticle": {
        "key": "key || '-' || n",
        "path": "path || n || '/'",
        "published_at": "published_at - n * interval '1 minute'",
    },
    "publishing_searchentry": {"key": "key || '-' || n"},
    "publishing_page": {
        "path": "CASE WHEN path LIKE '/api/%%' THEN rtrim(path, '/') || '-' || n || '/' ELSE path || n || '/' END",
        "key": "key || '-' || n",
    },
}
COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_name = %s AND table_schema = current_schema() ORDER BY ordinal_position
"""


def multiply(size: int) -> None:
    """Copy articles with their pages and search entries until there are `size` of them."""
    with connections[READ].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM publishing_publishedarticle")
        times = max(0, -(-size // cursor.fetchone()[0]) - 1)
        cursor.execute("CREATE TEMP TABLE chosen AS SELECT key FROM publishing_publishedarticle")
        for table, changed in TABLES.items():
            cursor.execute(COLUMNS, [table])
            names = [name for (name,) in cursor.fetchall()]
            values = [changed.get(name, name) for name in names]
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} FROM {table}, "
                f"generate_series(1, %s) AS n WHERE key IN (SELECT key FROM chosen)",
                [times],
            )
        cursor.execute("DROP TABLE chosen")
        for table in TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")
