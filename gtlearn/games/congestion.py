"""Congestion games (Rosenthal 1973, A Class of Games Possessing Pure-Strategy Nash Equilibria)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gtlearn.errors import InputError, quoted
from gtlearn.games.kinds.symmetric import Counts, SymmetricGame, symmetric_game
from gtlearn.games.numbers import to_fraction


def congestion_game(
    costs: Mapping[str, Sequence[Any]],
    routes: Mapping[str, Sequence[str]] | None = None,
    *,
    name: str = "congestion game",
    source: str = "",
) -> SymmetricGame:
    """A game in which each player takes a route, and a resource costs by how many use it.

    It has an exact potential: minus the sum, over all resources, of what their first user pays,
    their second, and so on to the last (Rosenthal 1973).

    Args:
        costs: for each resource what each of its users pays where there are 1, 2, ... of them, up
            to the number of players: ints, Fractions, "p/q" or decimals as text.
        routes: for each action the resources that it uses; one action a resource unless given.
        name: what the game is called.
        source: where the game comes from.

    Raises:
        InputError: if the lists have other lengths, or a route uses an unknown resource.

    >>> roads = congestion_game({"bridge": [1, 4, 9], "ring": [3, 3, 3]})
    >>> roads.payoffs.fractions()[:, 1].tolist()  # of the other two, one takes each road
    [Fraction(-4, 1), Fraction(-3, 1)]
    """
    exact = {label: [to_fraction(cost) for cost in listed] for label, listed in costs.items()}
    lengths = {len(listed) for listed in exact.values()}
    if len(lengths) != 1:
        raise InputError(
            f"the costs of {quoted(name)} are for {' or '.join(map(str, sorted(lengths)))} users; "
            "give each resource one cost for each number of users, up to that of the players"
        )
    if routes is None:
        routes = {label: (label,) for label in exact}
    for route, used in routes.items():
        unknown = [label for label in used if label not in exact]
        if unknown:
            raise InputError(f"route {quoted(route)} uses {quoted(unknown[0])}, which has no costs")
    uses = [frozenset(used) for used in routes.values()]

    def payoff(own: int, others: Counts) -> Any:
        loads = {
            label: sum(count for used, count in zip(uses, others, strict=True) if label in used)
            for label in uses[own]
        }
        return -sum(exact[label][load] for label, load in loads.items())

    (players,) = lengths
    return symmetric_game(payoff, players=players, actions=list(routes), name=name, source=source)
