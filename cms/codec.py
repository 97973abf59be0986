"""Events to JSON messages and back; upcasters lift messages of older schemas."""

import datetime as dt
import hashlib
import json
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass
from functools import cache
from typing import Any

from cms.events import STATES, Event, Kind, Published, Withdrawn

SCHEMAS = dict.fromkeys(Kind, 1)
"""The schema that `encode` writes and the newest that `decode` reads, by kind."""

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

# One step from a message schema to the next, keyed by the (type, schema) it starts from. Added, never edited.
UPCASTERS: dict[tuple[str, int], Upcaster] = {}


class Malformed(ValueError):
    """The message can never be read, however often it is sent."""


class UnknownMessage(LookupError):
    """The message is of a type or schema that this release does not know yet: a newer one may."""


def encode(event: Event) -> str:
    """The message of `event`: a line of canonical JSON (sorted keys, UTF-8), so that its digest is stable."""
    message = {
        "type": type_of(event),
        "schema": SCHEMAS[event.kind],
        "kind": event.kind,
        "key": event.key,
        "version": event.version,
        "occurred_at": event.occurred_at,
    }
    if isinstance(event, Published):
        message["state"] = asdict(event.state)
    else:
        message["state"] = {"paths": typing.cast(Withdrawn, event).paths}
    return json.dumps(message, default=_json, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def type_of(event: Event) -> str:
    """`article.published`, `tag.withdrawn`, …: what the message calls itself."""
    return f"{event.kind}.{'published' if isinstance(event, Published) else 'withdrawn'}"


def decode(text: str) -> Event:
    """The event of a message, lifted to the newest schema.

    Raises `Malformed` for what can never be read and `UnknownMessage` for what a newer release may read.
    """
    message = _parse(text)
    kind, what = _kind_and_type(message)
    state = _upcast(message, kind)
    common = {"kind": kind, "key": message["key"], "version": message["version"]}
    try:
        common["occurred_at"] = _when(message["occurred_at"])
        if what == "withdrawn":
            return Withdrawn(**common, paths=tuple(state["paths"]))
        return Published(**common, state=_build(STATES[kind], state))
    except (KeyError, TypeError, ValueError) as error:
        raise Malformed(f"{message['type']}: {type(error).__name__} {error}") from error


def digest(text: str) -> str:
    """SHA-256 of the message as stored, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _parse(text: str) -> dict[str, Any]:
    try:
        message = json.loads(text)
    except ValueError as error:
        raise Malformed("not JSON") from error
    expected = {"type": str, "schema": int, "key": str, "version": int, "state": dict}
    for name, kind in expected.items():
        if not isinstance(message, dict) or not isinstance(message.get(name), kind):
            raise Malformed(f"no {name}")
    return typing.cast(dict[str, Any], message)


def _kind_and_type(message: Mapping[str, Any]) -> tuple[Kind, str]:
    kind, _, what = message["type"].partition(".")
    if kind not in list(Kind) or what not in ("published", "withdrawn"):
        raise UnknownMessage(message["type"])
    return Kind(kind), what


def _upcast(message: dict[str, Any], kind: Kind) -> dict[str, Any]:
    state, schema = message["state"], message["schema"]
    if schema > SCHEMAS[kind]:
        raise UnknownMessage(f"{message['type']} of schema {schema}")
    while schema < SCHEMAS[kind]:
        try:
            state = UPCASTERS[message["type"], schema](state)
        except KeyError as error:
            raise Malformed(f"{message['type']} of schema {schema}") from error
        schema += 1
    return typing.cast(dict[str, Any], state)


def _json(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    raise TypeError(type(value))


def _when(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment


def _build(cls: Any, values: Mapping[str, Any]) -> Any:
    """An instance of the dataclass `cls`. Unknown names are ignored: an old reader survives a new field."""
    arguments = {}
    for name, (convert, required) in _converters(cls).items():
        if name in values:
            arguments[name] = convert(values[name])
        elif required:
            raise KeyError(name)
    return cls(**arguments)


@cache
def _converters(cls: type) -> dict[str, tuple[Callable[[Any], Any], bool]]:
    hints = typing.get_type_hints(cls)
    return {f.name: (_converter(hints[f.name]), f.default is MISSING) for f in fields(cls)}


def _converter(hint: Any) -> Callable[[Any], Any]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        item = _converter(arguments[0])
        return lambda values: tuple(item(value) for value in _typed(values, list))
    if origin is types.UnionType:
        inner = _converter(arguments[0])
        return lambda value: None if value is None else inner(value)
    if is_dataclass(hint):
        return lambda value: _build(hint, _typed(value, dict))
    if hint is dt.datetime:
        return _when
    return lambda value: _typed(value, hint)


def _typed(value: Any, cls: type) -> Any:
    if not isinstance(value, cls):
        raise TypeError(f"{type(value).__name__} where {cls.__name__} belongs")
    return value
