"""The methods that find a start against personas, exactly or by sampling."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from gtlearn.errors import InputError

Method: TypeAlias = Literal["meta-mapg", "meta-pg", "lola-dice", "reinforce"]
METHODS: tuple[str, ...] = get_args(Method)


def check_look_aheads(look_aheads: int) -> None:
    """Refuses a LOLA-DiCE that foresees nothing.

    Raises:
        InputError: if there is no look-ahead.
    """
    if look_aheads < 1:
        raise InputError(f"{look_aheads} look-aheads; LOLA-DiCE foresees 1 step or more")
