"""What somebody began to change is what they change: two saves that began with the same are told apart."""

import hashlib
from typing import Any

from authoring.services import audit
from authoring.services.refusals import Refusal
from cms.events import Kind


class Overtaken(Refusal):
    """Somebody saved meanwhile. `current` is the row as it is now, `who` saved it last, as far as is known."""

    def __init__(self, current: Any, *, who: str) -> None:
        super().__init__(f"{who or 'Somebody'} changed “{current}” while you were writing.")
        self.current, self.who = current, who


def edition(row: Any) -> str:
    """What stands for everything that people type into a row. Publishing it is no edit."""
    typed = [
        (field.name, field.value_from_object(row)) for field in row._meta.concrete_fields if field.editable
    ]
    return hashlib.sha256(repr(typed).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def require(began: str | None, *, now: Any, wanted: Any, kind: Kind, key: str) -> None:
    """Raise `Overtaken` unless the row that is `now`, locked by the caller, is what `began` stands for.

    Nothing is overtaken where nobody says what they began with, or `wanted` is what stands there already.
    """
    if began and now is not None and edition(now) not in (began, edition(wanted)):
        last = audit.entries(kind=kind, key=key).first()
        raise Overtaken(now, who=last.user if last else "")
