"""The pieces that every table is made of: numbers, mixed strategies, and what games, followers,
ties and bounds are called in words."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from gtlearn.games import (
    BayesianGame,
    ExtensiveGame,
    Game,
    HarsanyiGame,
    MarkovGame,
    NormalFormGame,
    SequentialGame,
    SymmetricGame,
)
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.games.numbers import format_number
from gtlearn.solvers.enclosures import Enclosure, Real
from gtlearn.solvers.outcomes import STATIONARY

if TYPE_CHECKING:
    from rich.table import Table


_MAX_PARTS = 12  # actions shown of one mixed strategy
_MAX_LENGTH = 17  # characters of a ratio; a longer one is shown as a decimal with "~"
_MAX_GLUED = 20  # characters of an action's name that stays on one line with its probability
APPROXIMATE = "~"
NO_BREAK = "\ue000"  # keeps a probability on its action's line: rich breaks at "\u00a0" too
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")  # all but line breaks
_SHORT = re.compile(rf"(?<!\S)(\S{{1,{_MAX_GLUED}}}): (?=[-~]?\d)")

BOUNDS = {
    "folk": "the folk bound (the follower gets at least its minmax)",
    "unlimited_memory": "a leader of unlimited memory",
}


def to_text(blocks: Iterable[str | Table], width: int | None = None) -> str:
    """Paragraphs and rich tables as plain text, wrapped to `width` columns."""
    from rich.console import Console
    from rich.text import Text

    stream = io.StringIO()
    columns = width or max(40, shutil.get_terminal_size((100, 24)).columns)
    console = Console(file=stream, width=columns, color_system=None, force_terminal=False)
    for block in blocks:
        if block:
            console.print(Text(_glued(block)) if isinstance(block, str) else block)
    lines = (line.rstrip() for line in stream.getvalue().splitlines())
    return "\n".join(lines).replace(NO_BREAK, " ")


def new_table(*columns: str, right: Sequence[str] = ()) -> Table:
    """An empty rich table in the one style of gtlearn; `right` names right-aligned columns."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE, pad_edge=False)
    for column in columns:
        table.add_column(
            Text(_glued(column)), justify="right" if column in right else "left", overflow="fold"
        )
    return table


def add_row(table: Table, cells: Sequence[str]) -> None:
    """Appends a row whose cells are taken literally, brackets included."""
    from rich.text import Text

    table.add_row(*(Text(_glued(cell)) for cell in cells))


def _glued(text: str) -> str:
    """The text, with each short name kept on one line with the number that follows it, and control
    characters, which labels may hold, written out."""
    plain = _CONTROL.sub(lambda character: repr(character.group())[1:-1], text)
    return _SHORT.sub(rf"\1:{NO_BREAK}", plain)


def short_number(value: Real) -> str:
    """A number for readers: ratios that would not fit become decimals, marked by "~".

    >>> short_number(Fraction(2, 3)), short_number(Fraction(1, 3**40)), short_number(0.25)
    ('2/3', '~8.22526e-20', '0.25')
    """
    if isinstance(value, Enclosure):
        return str(value)
    if not isinstance(value, Fraction):
        return f"{value:.6g}"
    if abs(value.numerator) < 10**_MAX_LENGTH and value.denominator < 10**_MAX_LENGTH:
        text = format_number(value)
        if len(text) <= _MAX_LENGTH:
            return text
    return APPROXIMATE + decimal(value)


def decimal(value: Fraction) -> str:
    """Six significant digits of a ratio, also where it is beyond a double's range."""
    try:
        approximation = float(value)
    except OverflowError:
        approximation = 0.0
    if approximation == 0 and value != 0:
        from decimal import Decimal, localcontext

        with localcontext(prec=12):
            return f"{Decimal(value.numerator) / Decimal(value.denominator):.5e}"
    return f"{approximation:.6g}"


def mix(labels: Sequence[str], strategy: Sequence[Real], separator: str = ", ") -> str:
    """The actions that a strategy plays, with their probabilities.

    >>> mix(["C", "D"], (Fraction(1, 2), Fraction(1, 2)))
    'C: 1/2, D: 1/2'
    >>> mix(["C", "D"], (Fraction(0), Fraction(1)))
    'D'

    Where one of them is too long for a ratio, all are decimals; "~" marks those that are rounded.

    >>> mix(["C", "D", "E"], (Fraction(1, 2), Fraction(3**20, 2**40), Fraction(1, 3)))
    'C: 0.5, D: ~0.00317121, E: ~0.333333'
    """
    parts = [(label, p) for label, p in zip(labels, strategy, strict=True) if p != 0]
    if len(parts) == 1 and parts[0][1] == 1:
        return parts[0][0]
    shown = [f"{label}: {p}" for label, p in zip(*_in_one_style(parts[:_MAX_PARTS]), strict=True)]
    if len(parts) > _MAX_PARTS:
        shown.append(f"and {len(parts) - _MAX_PARTS} more")
    return separator.join(shown)


def one_line(label: str) -> str:
    """A label on one line."""
    return " / ".join(line.strip() for line in label.splitlines() if line.strip())


def _in_one_style(parts: Sequence[tuple[str, Real]]) -> tuple[list[str], list[str]]:
    """The labels, and their numbers: all ratios, or where one is too long, all decimals."""
    labels, numbers = [label for label, _ in parts], [short_number(p) for _, p in parts]
    if not any(text.startswith(APPROXIMATE) for text in numbers):
        return labels, numbers
    return labels, [
        _as_decimal(p) if isinstance(p, Fraction) else short_number(p) for _, p in parts
    ]


def _as_decimal(value: Fraction) -> str:
    text = decimal(value)
    return text if Fraction(text) == value else APPROXIMATE + text


def mix_cell(labels: Sequence[str], strategy: Sequence[Real]) -> str:
    """As `mix`, with one action a line where their names are long."""
    played = (label for label, p in zip(labels, strategy, strict=True) if p != 0)
    return mix(labels, strategy, "\n" if max(map(len, played)) > _MAX_GLUED else ", ")


def exactly(value: Real) -> str:
    """The exact number, and what it is about where that is not plain.

    >>> exactly(Fraction(67, 20)), exactly(Fraction(3))
    ('67/20 (~3.35)', '3')
    """
    text = short_number(value)
    if isinstance(value, float | Enclosure) or text.startswith("~") or value.denominator < 10:
        return text
    return f"{text} (~{decimal(value)})"


def follower_class(game: Game, follower: str | None) -> str:
    """The follower's class, as in "against a follower who ..."."""
    horizon = as_markov(game).horizon
    if follower == STATIONARY:
        what = "a follower who plays a deterministic table of the states"
        return what if horizon is None else f"{what}, the step unseen"
    what = "a follower who responds as well as the whole history allows"
    return what if horizon is None else f"{what}, the step included"


def tie_words(ties: str, leader: str) -> str:
    """How ties are broken.

    >>> tie_words("weak", "Row")
    'against Row'
    """
    return f"{'in favour of' if ties == 'strong' else 'against'} {leader}"


def describe(game: Game) -> str:
    """One line that says which game it is, how large, and how long it goes on.

    >>> from gtlearn import games
    >>> describe(games.normal_form([[1, 0]], [[0, 1]], name="tiny"))
    'tiny: 2 players, 1 x 2 actions, constant-sum'
    >>> describe(games.iterated("chicken", horizon=10))
    'gtlearn_iterated(stage=chicken,horizon=10): 2 players, 2 x 2 actions, 5 states, 10 steps'
    """
    if isinstance(game, BayesianGame):
        return _bayesian(game)
    if isinstance(game, SequentialGame):
        return _tree(game)
    if isinstance(game, HarsanyiGame):
        return _types(game)
    if isinstance(game, SymmetricGame):
        return f"{game.name}: {game.num_players} players, {len(game.actions)} actions, symmetric"
    return _normal_form(game) if isinstance(game, NormalFormGame) else _markov(as_markov(game))


def _bayesian(game: BayesianGame) -> str:
    leader, follower = game.players[game.leader], game.players[game.follower]
    sizes = sorted({len(g.actions[game.follower]) for g in game.games})
    return (
        f"{game.name}: Bayesian, {leader} with {len(game.games[0].actions[game.leader])} "
        f"actions, {follower} with {' or '.join(map(str, sizes))}, of "
        f"{types(len(game.types))}"
    )


def _types(game: HarsanyiGame) -> str:
    counts = " x ".join(str(len(own)) for own in game.types)
    sizes = sorted({len(point.actions) for own in game.types for point in own})
    actions = str(sizes[0]) if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}"
    text = f"{game.name}: Bayesian, {game.num_players} players, {counts} types of {actions} actions"
    return text + (", zero-sum" if game.is_zero_sum else "")


def _tree(game: SequentialGame) -> str:
    sets = " + ".join(str(len(own)) for own in game.sets)
    nodes = "nodes" if isinstance(game, ExtensiveGame) else "merged states"
    text = (
        f"{game.name}: {game.num_players} players, {game.num_nodes} {nodes}, {sets} information "
        "sets"
    )
    if game.is_constant_sum:
        return text + (", zero-sum" if game.is_zero_sum else ", constant-sum")
    return text + (", perfect information" if game.has_perfect_information else "")


def _normal_form(game: NormalFormGame) -> str:
    text = _size(game)
    if game.is_constant_sum:
        return text + (", zero-sum" if game.is_zero_sum else ", constant-sum")
    return text + (", symmetric" if game.is_symmetric else "")


def _markov(game: MarkovGame) -> str:
    text = f"{_size(game)}, {'1 state' if game.num_states == 1 else f'{game.num_states} states'}"
    if game.horizon is not None:
        text += ", 1 step" if game.horizon == 1 else f", {game.horizon} steps"
    if game.discount != 1:
        text += f", discount {short_number(game.discount)}"
    return text + (", zero-sum" if game.is_zero_sum else "")


def _size(game: NormalFormGame | MarkovGame) -> str:
    return f"{game.name}: {game.num_players} players, {' x '.join(map(str, game.shape))} actions"


def types(count: int) -> str:
    """ "1 type", "2 types" and so on."""
    return "1 type" if count == 1 else f"{count} types"
