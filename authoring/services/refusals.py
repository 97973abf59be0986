"""Why something was not done: a sentence for whoever asked, and for the log where it came from."""

import traceback
from pathlib import Path

from django.core.exceptions import ValidationError

FAULT = "This is a fault of ours: nothing was changed, and it has been noted."


class Refusal(Exception):
    """A service says no. The message is a sentence for people."""


REFUSALS = (ValidationError, Refusal)


def reason(error: Exception) -> str:
    """What writers are told. Of a fault, whose message may quote anything, nothing but that it is one."""
    match error:
        case ValidationError():
            return " ".join(error.messages)
        case Refusal():
            return str(error)
    return FAULT


def origin(error: Exception) -> str:
    """What the log is told: which error, and where it was raised; no message, which may quote a draft."""
    name = type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    if isinstance(error, REFUSALS) or not frames:
        return name
    ours = [frame for frame in frames if "authoring" in Path(frame.filename).parts] or frames
    return f"{name} from {Path(ours[-1].filename).name}:{ours[-1].lineno}"
