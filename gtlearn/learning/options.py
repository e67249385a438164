"""Options as frozen dataclasses: a learner's are those of its method, its setting and its policy.

Each part is a dataclass of its own, which the code that it belongs to is given. `composed` makes
one flat dataclass of several, which is what config.toml and the command line show.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, TypeVar, cast, get_type_hints

_Part = TypeVar("_Part")


def described(default: Any, text: str, **bounds: Any) -> Any:
    """A field of options.

    Args:
        default: its default value; `dataclasses.MISSING` where it must be given.
        text: a line for `--help`.
        bounds: "minimum", "maximum" (both allowed) or "above" (not allowed itself) of a number.
    """
    return dataclasses.field(default=default, metadata={"help": text, **bounds})


@dataclass(frozen=True)
class Composed:
    """The options of several parts; what makes it one is `composed`."""

    parts: ClassVar[tuple[type[Any], ...]] = ()

    def __post_init__(self) -> None:
        """Refuses what a part refuses."""
        for part in self.parts:
            self.part(part)

    def part(self, kind: type[_Part]) -> _Part:
        """The part that is of this class, or of one derived from it."""
        chosen: Any = next(part for part in self.parts if issubclass(part, kind))
        held = {field.name: getattr(self, field.name) for field in dataclasses.fields(chosen)}
        return cast(_Part, chosen(**held))

    def __reduce__(self) -> Any:
        return _restored, (self.parts, dict(self.__dict__))


@cache
def composed(*parts: Any) -> type[Composed]:
    """The dataclass with the fields of all parts, in order.

    Args:
        parts: frozen dataclasses.

    A field that comes again stays in its place, with the default and the help of the last.
    """
    held: dict[str, tuple[str, Any, Any]] = {}
    for part in parts:
        kinds = get_type_hints(part)
        for given in dataclasses.fields(part):
            again = dataclasses.field(default=given.default, metadata=given.metadata)
            held[given.name] = given.name, kinds[given.name], again
    return dataclasses.make_dataclass(
        "_".join(part.__name__ for part in parts),
        list(held.values()),
        bases=(Composed,),
        namespace={"parts": parts},
        frozen=True,
        kw_only=True,
    )


def _restored(parts: tuple[Any, ...], values: dict[str, Any]) -> Composed:
    return composed(*parts)(**values)
