"""Names of the tasks and queues across the seam."""

AUTHORING = "authoring"
PUBLISHING = "publishing"

# Authoring's own.
PUBLISH_DUE = "authoring.publish_due"
RELAY = "authoring.relay"
RESTATE = "authoring.restate"
COMPACT = "authoring.compact"
SEND_MANIFESTS = "authoring.send_manifests"
THIN = "authoring.thin"
PURGE_TRASH = "authoring.purge_trash"
MAKE_AUDIT_MONTHS = "authoring.make_audit_months"
FORGET_EXPIRED = "authoring.forget_expired"
BULK = "authoring.bulk"
MAIL = "authoring.mail"

# From publishing to authoring.
ACKNOWLEDGE = "authoring.acknowledge"
RESEND = "authoring.resend"
NOTE_REPLICATED = "authoring.note_replicated"

# From authoring to publishing.
PROJECT = "publishing.project"
COMPARE = "publishing.compare"
NOTE_UNKNOWN = "publishing.note_unknown"

# Publishing's own.
REFRESH = "publishing.refresh"
INSPECT = "publishing.inspect"
PURGE = "publishing.purge"
REPORT_REPLICAS = "publishing.report_replicas"
COUNT_WORDS = "publishing.count_words"


BATCH = 50
"""How many messages one task carries at most."""


def queue_of(task: str) -> str:
    """The queue that carries `task`: the side that its name begins with."""
    return task.partition(".")[0]
