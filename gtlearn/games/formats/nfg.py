"""Gambit's strategic-form files (.nfg), payoff form and outcome form, for any number of players.

The format: https://gambitproject.readthedocs.io/en/stable/formats.nfg.html. Profiles are listed
with the first player's strategy changing fastest, which is Fortran order of our tensors.
"""

from __future__ import annotations

import math
from fractions import Fraction

from gtlearn.games.formats.tokens import Tokens, quote
from gtlearn.games.kinds.normal_form import MAX_PROFILES, NormalFormGame
from gtlearn.games.labels import distinct_labels
from gtlearn.games.numbers import ExactArray, from_fractions


def parse_nfg(
    text: str, *, name: str = "", source: str = "", what: str = "the .nfg text"
) -> NormalFormGame:
    """The game of a .nfg text; decimals are read exactly.

    Args:
        text: the content of the file.
        name: what the game is called if the text has no title.
        source: where it comes from, if the text has no comment.
        what: what the text is called in error messages.

    Raises:
        InputError: naming line and column, if the text is no such file or is cut short; before
            anything large is built, if it claims more profiles than it lists.

    >>> text = 'NFG 1 R "coins" { "A" "B" } { 2 2 } 1 -1 -1 1 -1 1 1 -1'
    >>> parse_nfg(text).payoff(0, (0, 1))
    Fraction(-1, 1)
    """
    tokens = Tokens(text, what)
    title, players = tokens.header("NFG", "1")
    shape, actions = _strategies(tokens, len(players))
    comment = tokens.maybe_string("the comment")
    if math.prod(shape) > MAX_PROFILES:
        raise tokens.error(f"{_times(shape)} profiles are more than {MAX_PROFILES}")
    outcomes = _outcomes(tokens, len(players)) if tokens.peek() == "{" else None
    columns = _columns(tokens, shape, outcomes)
    payoffs = []
    for column in columns:
        array = from_fractions(column, shape[::-1])  # first player fastest: reversed axes
        payoffs.append(ExactArray(array.numerators.T, array.denominator))
    return NormalFormGame(
        name=title or name or "nfg game",
        players=distinct_labels(players),
        actions=actions or tuple(tuple(str(i + 1) for i in range(n)) for n in shape),
        payoffs=tuple(payoffs),
        source=comment or source,
    )


def _strategies(
    tokens: Tokens, num_players: int
) -> tuple[tuple[int, ...], tuple[tuple[str, ...], ...]]:
    """`{ 2 3 }`, or `{ { "a" "b" } { "x" "y" "z" } }`: the shape, and labels if there are any."""
    tokens.expect("{", "before the strategies")
    labels: list[tuple[str, ...]] = []
    shape: list[int] = []
    while tokens.peek() not in ("}", ""):
        if tokens.peek() == "{":
            labels.append(distinct_labels(tokens.strings("a strategy's name")))
            shape.append(len(labels[-1]))
        else:
            shape.append(tokens.integer("a number of strategies"))
        if shape[-1] == 0:
            raise tokens.error(f"player {len(shape)} has no strategy; give at least one")
    tokens.expect("}", "after the strategies")
    if len(shape) != num_players:
        raise tokens.error(f"strategies of {len(shape)} players for {num_players} players")
    if len(labels) not in (0, len(shape)):
        raise tokens.error("write a number of strategies for each player, or labels for each")
    return tuple(shape), tuple(labels)


def _outcomes(tokens: Tokens, num_players: int) -> list[list[Fraction]]:
    """The outcomes `{ { "name" 1, 2 } ... }`; number 0, payoffs of zero, comes first."""
    outcomes = [[Fraction(0)] * num_players]
    tokens.expect("{", "before the outcomes")
    while tokens.peek() == "{":
        tokens.expect("{", "before an outcome")
        tokens.maybe_string("an outcome's name")
        outcomes.append([tokens.number("a payoff") for _ in range(num_players)])
        tokens.expect("}", f"after the {num_players} payoffs of an outcome")
    tokens.expect("}", "after the outcomes")
    return outcomes


def _columns(
    tokens: Tokens, shape: tuple[int, ...], outcomes: list[list[Fraction]] | None
) -> list[list[int | Fraction]]:
    """Each player's payoffs, profile by profile in the file's order."""
    per_profile = 1 if outcomes else len(shape)
    wanted = math.prod(shape) * per_profile
    listed = tokens.left
    if listed != wanted:
        kind = "outcome numbers" if outcomes else "payoffs"
        for _ in range(min(listed, wanted) + 1):
            tokens.take()
        raise tokens.error(
            f"{_times(shape)} profiles of {len(shape)} players need {wanted} {kind}, but "
            f"{listed} are listed"
        )
    if outcomes is None:
        flat = tokens.numbers("a payoff")
        return [flat[k :: len(shape)] for k in range(len(shape))]
    chosen = []
    for _ in range(wanted):
        index = tokens.integer("an outcome's number")
        if index >= len(outcomes):
            raise tokens.error(f"there is no outcome {index}; the last is {len(outcomes) - 1}")
        chosen.append(outcomes[index])
    return [[payoffs[k] for payoffs in chosen] for k in range(len(shape))]


def dump_nfg(game: NormalFormGame) -> str:
    """The game as a .nfg text in payoff form, exact, with its labels."""
    labels = "\n".join(f"{{ {_quoted(actions)} }}" for actions in game.actions)
    head = f"NFG 1 R {quote(game.name)} {{ {_quoted(game.players)} }}\n\n{{ {labels}\n}}\n"
    columns = [tensor.texts().ravel(order="F").tolist() for tensor in game.payoffs]
    lines = (" ".join(payoffs) for payoffs in zip(*columns, strict=True))
    return f"{head}{quote(game.source)}\n\n" + "\n".join(lines) + "\n"


def _quoted(labels: tuple[str, ...]) -> str:
    return " ".join(map(quote, labels))


def _times(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
