"""The three signals at the seam between deciding and delivering."""

from django.dispatch import Signal

# Sent by authoring's services inside the transaction that changed the content; argument `event`
# (cms.events.Published). Sent with `send`: a receiver that fails aborts the publish.
published = Signal()

# As `published`, with a cms.events.Withdrawn.
withdrawn = Signal()

# Sent by publishing's projector after its commit, with `send_robust`: nobody who listens can undo
# what readers already see. Argument `event`: the event that was applied.
projected = Signal()
