"""The audit log: added to and never changed, month by month."""

import datetime as dt

import pytest
from django.db import DatabaseError, connections, transaction

from authoring.models import Action, AuditEntry
from authoring.services import audit
from cms.databases import WRITE
from tests.authoring.builders import writer

PARTITIONS = """
SELECT child.relname, pg_get_expr(child.relpartbound, child.oid) FROM pg_inherits
JOIN pg_class child ON child.oid = inhrelid WHERE inhparent = 'authoring_auditentry'::regclass ORDER BY 1
"""


def sql(statement: str, *values: object) -> list[tuple]:
    with connections[WRITE].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def recorded(**fields: object) -> AuditEntry:
    audit.record(**{"action": Action.SAVED, "kind": "tag", "key": "1", "title": "Ink", **fields})
    return AuditEntry.objects.latest("at")


def test_entry_says_who_did_what_to_what_and_how_it_came():
    anna = writer(name="anna")

    with audit.through("admin"):
        entry = recorded(by=anna, revisions=(1, 2), versions=(None, 7), note="because")

    told = AuditEntry.objects.values_list(
        "action", "kind", "key", "title", "user", "user_key", "way", "from_revision", "to_revision",
        "from_version", "to_version", "note",
    )  # fmt: skip
    assert told.get() == (
        "saved", "tag", "1", "Ink", "anna", anna.pk, "admin", 1, 2, None, 7, "because",
    )  # fmt: skip
    assert entry.label == "Saved"
    assert AuditEntry.objects.get(pk=entry.pk) == entry


def test_way_ends_with_what_it_surrounds():
    with audit.through("API"):
        audit.name_way("API: press")
        inside = recorded()
    outside = recorded()

    assert (inside.way, outside.way) == ("API: press", "command")


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_nothing_is_recorded():
    with pytest.raises(transaction.TransactionManagementError):
        recorded()

    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE authoring_auditentry SET title = 'x'",
        "DELETE FROM authoring_auditentry",
        "DELETE FROM {partition}",
        "UPDATE {partition} SET at = at - interval '1 year'",
    ],
)
def test_owner_of_the_table_cannot_change_an_entry(statement):
    entry = recorded()
    partition = f"authoring_auditentry_{entry.at.astimezone(dt.UTC):%Y_%m}"

    with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic(using=WRITE):
        sql(statement.format(partition=partition))

    assert AuditEntry.objects.get().title == "Ink"


def test_months_are_whole_in_utc_and_made_once():
    sql("SET LOCAL TIME ZONE 'Pacific/Kiritimati'")
    now = sql("SELECT statement_timestamp() AT TIME ZONE 'UTC'")[0][0]

    assert (audit.make_months(5), audit.make_months(5)) == (2, 0)

    sql("SET LOCAL TIME ZONE 'UTC'")
    names = dict(sql(PARTITIONS))
    assert len(names) == 7
    assert names["authoring_auditentry_default"] == "DEFAULT"
    first, following = now.replace(day=1), (now.replace(day=1) + dt.timedelta(days=31)).replace(day=1)
    bounds = f"FOR VALUES FROM ('{first:%Y-%m-%d} 00:00:00+00') TO ('{following:%Y-%m-%d} 00:00:00+00')"
    assert names[f"authoring_auditentry_{now:%Y_%m}"] == bounds


def test_entry_without_a_month_is_kept_and_its_month_is_left_in_the_default_partition():
    far = sql("SELECT date_trunc('month', now()) + interval '5 months 3 days'")[0][0]
    AuditEntry.objects.create(action="saved", kind="tag", key="1", title="Late", way="command", at=far)

    assert audit.make_months(6) == 2  # the fourth and the sixth: the fifth is taken

    assert sql("SELECT title FROM authoring_auditentry_default") == [("Late",)]
    assert f"authoring_auditentry_{far.astimezone(dt.UTC):%Y_%m}" not in dict(sql(PARTITIONS))


def test_log_cannot_be_emptied_nor_one_of_its_months():
    recorded()
    audit.make_months(4)
    for (name, _), before in zip([*sql(PARTITIONS), ("authoring_auditentry", "")], [1] * 99, strict=False):
        sql(f"ALTER TABLE {name} ENABLE TRIGGER authoring_audit_stays")
        with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic(using=WRITE):
            sql(f"TRUNCATE {name}")
        assert AuditEntry.objects.count() == before
