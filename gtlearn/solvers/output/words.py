"""What games, followers, ties and bounds are called in words."""

from __future__ import annotations

from gtlearn.games import BayesianGame, Game, MarkovGame, NormalFormGame
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.solvers.outcomes import STATIONARY
from gtlearn.solvers.output.pieces import short_number

BOUNDS = {
    "folk": "the folk bound (the follower gets at least its minmax)",
    "unlimited_memory": "a leader of unlimited memory",
}


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
    return _normal_form(game) if isinstance(game, NormalFormGame) else _markov(as_markov(game))


def _bayesian(game: BayesianGame) -> str:
    leader, follower = game.players[game.leader], game.players[game.follower]
    sizes = sorted({len(g.actions[game.follower]) for g in game.games})
    return (
        f"{game.name}: Bayesian, {leader} with {len(game.games[0].actions[game.leader])} "
        f"actions, {follower} with {' or '.join(map(str, sizes))}, of "
        f"{types(len(game.types))}"
    )


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
