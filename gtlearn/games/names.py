"""Names with parameters, `name(key=value,...)`."""

from __future__ import annotations

import re

from gtlearn.errors import InputError, quoted

_CALL = re.compile(r"([A-Za-z_]\w*)\s*(?:\((.*)\))?", flags=re.ASCII | re.DOTALL)
_ESCAPES = {"%": "%25", ",": "%2C", "(": "%28", ")": "%29", "=": "%3D", "\n": "%0A"}


def split_call(text: str) -> tuple[str, str] | None:
    """The name and what stands in its brackets ("" without any); None if it is no such text."""
    match = _CALL.fullmatch(text.strip())
    return (match[1], match[2] or "") if match else None


def parse_arguments(name: str, inside: str) -> dict[str, str]:
    """`a=1,b=2/3` as a mapping of texts.

    Raises:
        InputError: if a part is no `key=value`, or a key comes twice.
    """
    arguments: dict[str, str] = {}
    for part in inside.split(",") if inside.strip() else []:
        key, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not key.isidentifier():
            shown = part.strip()[:60]
            raise InputError(f"{quoted(shown)} in {name}(...) is no parameter; write key=value")
        if key in arguments:
            raise InputError(f"parameter {quoted(key)} of {name} is given twice; give it once")
        arguments[key] = value
    return arguments


def call_parameters(key: str, name: str) -> dict[str, str]:
    """OpenSpiel's parameters for a name with its parameters, whose marks are written otherwise.

    >>> call_parameters("game", "cournot(cost=2,maximum=6)")
    {'game': 'cournot', 'arguments': 'cost:2;maximum:6'}
    """
    base, inside = split_call(name) or (name, "")
    arguments = inside.replace("=", ":").replace(",", ";")
    return {key: base, "arguments": arguments} if arguments else {key: base}


def call_of(name: str, arguments: str) -> str:
    """The name with its parameters that `call_parameters` has written."""
    return f"{name}({arguments.replace(':', '=').replace(';', ',')})" if arguments else name


def openspiel_text(text: str) -> str:
    """A text without what OpenSpiel's parser of game strings splits at; see `plain_text`.

    >>> openspiel_text("cournot(cost=2,maximum=6)")
    'cournot%28cost%3D2%2Cmaximum%3D6%29'
    """
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return text


def plain_text(text: str) -> str:
    """The text that `openspiel_text` has made safe."""
    for character, escape in reversed(_ESCAPES.items()):
        text = text.replace(escape, character)
    return text
