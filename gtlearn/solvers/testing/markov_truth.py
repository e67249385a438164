"""Solutions of iterated and Markov games, rechecked by trying everything."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache, cached_property
from itertools import product
from typing import Any

from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.solvers.testing.claims import (
    ROUNDING,
    Doubt,
    Doubts,
    Unreadable,
    Vector,
    holds_float,
    is_distribution,
    listed,
    number,
    numbers,
    place,
    same,
    total,
)
from gtlearn.solvers.testing.process_truth import Process, Table

Class = tuple[int, str, str]  # the leader, the follower's class, and how ties are broken

SHARES = (Fraction(0), Fraction(1, 2), Fraction(1))  # of two actions, that are all tried
MOST_TABLES = 300  # stochastic tables that are tried
NEARER, NEAREST = Fraction(1, 2**60), Fraction(1, 2**90)  # steps off a table
CLOSE = Fraction(1, 2**50)  # how near the last comes to a limit, relative to its size


class Tables:
    """A Markov game, and what commitments to tables are worth in it."""

    def __init__(self, game: MarkovGame | IteratedGame) -> None:
        self.process = Process(game)
        self.game = self.process.game
        self._best: dict[tuple[Class, str], Fraction] = {}
        self._optimal: dict[Class, set[Any]] = {}

    @cached_property
    def count(self) -> tuple[int, ...]:
        """How many deterministic tables each player has where play can be."""
        return tuple(len(list(self.process.plans(k))) for k in range(self.game.num_players))

    def best_known(self, kind: Class, policy: str) -> Fraction:
        """A value that some table of the leader has: the best of many, or of all deterministic."""
        if (kind, policy) not in self._best:
            leader, follower, ties = kind
            self._best[kind, policy] = max(
                self.process.answered(table, leader, follower, ties)[1]
                for table in self._tried(kind, policy)
            )
        return self._best[kind, policy]

    def optimal(self, kind: Class) -> set[Any]:
        """The deterministic tables that earn the leader most, where play can be."""
        leader, follower, ties = kind
        if kind not in self._optimal:
            tried = [self.process.table(plan, leader) for plan in self.process.plans(leader)]
            earned = [self.process.answered(table, leader, follower, ties)[1] for table in tried]
            self._optimal[kind] = {
                self.where_played(table)
                for table, value in zip(tried, earned, strict=True)
                if value == max(earned)
            }
        return self._optimal[kind]

    def where_played(self, table: Table) -> Any:
        """The rows of a table in the states where play can be."""
        return tuple(
            tuple(row) for row, reached in zip(table, self.game.reachable, strict=True) if reached
        )

    def _tried(self, kind: Class, policy: str) -> list[Table]:
        """All deterministic tables, and where it is quick many stochastic ones."""
        leader, follower, _ = kind
        pure = [self.process.table(plan, leader) for plan in self.process.plans(leader)]
        slow = self.game.horizon is None or follower == "stationary"
        many = len(SHARES) ** self.game.num_states > MOST_TABLES
        if policy == "deterministic" or self.game.shape[leader] != 2 or slow or many:
            return pure
        return [
            [(share, 1 - share) for share in shares]
            for shares in product(SHARES, repeat=self.game.num_states)
        ]


def rows_of(game: MarkovGame, rows: Any, player: int, count: int, exact: bool = True) -> Table:
    """A table, exactly.

    Raises:
        Unreadable: if a row is no distribution over what is legal.
    """
    out = []
    for k, row in enumerate(listed(rows, count)):
        values = numbers(row, game.shape[player])
        if not exact and min(values) >= 0 and abs(total(values) - 1) < ROUNDING:
            values = [p / total(values) for p in values]
        legal = game.legal[player][k % game.num_states]
        if not is_distribution(values) or any(p and not legal[a] for a, p in enumerate(values)):
            raise Unreadable("a row is no distribution over legal actions")
        out.append(values)
    return out


def equilibrium_doubts(tables: Tables, outcome: Mapping[str, Any], exact: bool) -> Doubts:
    """What does not hold of one equilibrium in tables."""
    game, process = tables.game, tables.process
    given = listed(outcome["strategies"], game.num_players)
    timed = outcome["timed"]
    if timed and game.horizon is None:
        yield Doubt("there are steps to be seen")
        return
    profile = []
    for player, whole in enumerate(given):
        steps = listed(whole, game.horizon) if timed else [whole]
        each = [rows_of(game, step, player, game.num_states, exact) for step in steps]
        profile.append([row for step in each for row in step])
    earned = process.payoffs(profile)
    stated = numbers(outcome["payoffs"], game.num_players)
    if not all(same(true, said, exact) for true, said in zip(earned, stated, strict=True)):
        yield Doubt("the payoffs")
    certificate = outcome["certificate"]
    regrets = [process.best(profile, k) - earned[k] for k in range(game.num_players)]
    said = numbers(certificate.get("regrets"), game.num_players)
    if not all(same(true, claim, exact) for true, claim in zip(regrets, said, strict=True)):
        yield Doubt("the regrets")
    if certificate["verified"] is not (exact and not any(regrets)):
        yield Doubt("whether it is verified")
    if "lower" in certificate or "upper" in certificate:
        lower, upper = (number(certificate.get(name)) for name in ("lower", "upper"))
        if not _constant_sum(tables) or not (
            lower <= earned[0] - regrets[1] and earned[0] + regrets[0] <= upper
        ):
            yield Doubt("the bounds on the value")
    if "subgame_perfect" in certificate:
        values = process.values(profile)
        perfect = all(
            values[t][s][k] == best
            for k in range(game.num_players)
            for t, row in enumerate(process.best_from(profile, k))
            for s, best in enumerate(row)
        )
        if certificate["subgame_perfect"] is not perfect:
            yield Doubt("whether it is subgame perfect")


def _constant_sum(tables: Tables) -> bool:
    game = tables.game
    if game.num_players != 2:
        return False
    sums = set()
    for s in tables.process.states:
        for profile in product(*(legal[s] for legal in tables.process.legal)):
            sums.add(sum(Fraction(array[(s, *profile)]) for array in game.payoffs))
    return len(sums) == 1


def is_deterministic(outcome: Mapping[str, Any]) -> bool:
    """Whether all play one action in each state, whatever the step."""
    rows = [row for table in outcome["strategies"] for row in table]
    return not outcome["timed"] and all(number(p) in (0, 1) for row in rows for p in row)


def commitment_doubts(
    tables: Tables, outcome: Mapping[str, Any], data: Mapping[str, Any], original: Mapping[str, Any]
) -> Doubts:
    """What does not hold of one commitment to a table.

    Args:
        tables: of the game.
        outcome: the JSON of the commitment.
        data: the claim that it belongs to.
        original: the JSON of a correct solution.
    """
    game, process = tables.game, tables.process
    leader = place(outcome["leader"], 2)
    kind = (leader, outcome["follower"], outcome["ties"])
    table = rows_of(game, outcome["commitment"], leader, game.num_states)
    if outcome["policy"] == "deterministic" and any(p not in (0, 1) for r in table for p in r):
        yield Doubt("the commitment is deterministic")
    payoffs = numbers(outcome["payoffs"], 2)
    value, bound = payoffs[leader], number(outcome["upper_bound"])
    played: list[Table] = [table, table]
    played[1 - leader] = _response(tables, outcome, 1 - leader)
    if process.payoffs(played) != payoffs:
        yield Doubt("the payoffs are those of the response")
        return
    own, kept = process.answered(table, *kind)
    if own != payoffs[1 - leader]:
        yield Doubt("the response is a best one")
    elif outcome["attained"] and kept != value:
        yield Doubt("ties are broken as stated")
    elif not outcome["attained"]:
        yield from _limit_doubts(tables, outcome, table, kept)
    for key, true in (("value", value), ("gap", bound - value)):
        if key in outcome and number(outcome[key]) != true:
            yield Doubt(f"the {key}")
    if outcome["certificate"]["verified"] is not True:
        yield Doubt("whether it is verified")
    yield from _bound_doubts(tables, outcome, data, original, kind)


def _response(tables: Tables, outcome: Mapping[str, Any], follower: int) -> Table:
    """The response as a table; a list of lists where it sees the time.

    Raises:
        Unreadable: if it is none of its class.
    """
    game, given = tables.game, listed(outcome["response"])
    steps = [given]
    if any(isinstance(row, list) for row in given):
        if outcome["follower"] == "stationary" or game.horizon is None:
            raise Unreadable("the response sees the time")
        steps = listed(given, game.horizon)
    plan = [
        place(action, game.shape[follower])
        for step in steps
        for action in listed(step, game.num_states)
    ]
    for k, action in enumerate(plan):
        if not game.legal[follower][k % game.num_states][action]:
            raise Unreadable("the response plays what is not legal")
    return tables.process.table(plan, follower)


def _limit_doubts(
    tables: Tables, outcome: Mapping[str, Any], table: Table, kept: Fraction
) -> Doubts:
    """Whether a value is the limit of what tables ever nearer earn, and not attained."""
    game = tables.game
    leader = outcome["leader"]
    value = number(outcome["payoffs"][leader])
    if outcome["ties"] != "weak" or kept == value:
        yield Doubt("the value is not attained")
        return
    direction = [
        numbers(row, game.shape[leader])
        for row in listed(outcome["certificate"].get("direction"), game.num_states)
    ]
    off: list[Fraction] = []
    for step in (NEARER, NEAREST):
        near = [
            [p + step * d for p, d in zip(row, change, strict=True)]
            for row, change in zip(table, direction, strict=True)
        ]
        if not all(map(is_distribution, near)):
            yield Doubt("the direction leads to tables")
            return
        earned = tables.process.answered(near, leader, outcome["follower"], "weak")[1]
        off.append(abs(value - earned))
    if off[1] > CLOSE * (1 + abs(value)):
        yield Doubt("the value is approached")


def _bound_doubts(
    tables: Tables,
    outcome: Mapping[str, Any],
    data: Mapping[str, Any],
    original: Mapping[str, Any],
    kind: Class,
) -> Doubts:
    """Whether nothing earns more than the upper bound, for the reason that is named."""
    certificate, policy = outcome["certificate"], outcome["policy"]
    bound = number(outcome["upper_bound"])
    if "upper_bound" in certificate and number(certificate["upper_bound"]) != bound:
        yield Doubt("the certificate's upper bound is the commitment's")
    known = _values(original, kind, policy) or [tables.best_known(kind, policy)]
    if bound < max(known):
        yield Doubt("nothing earns more than the upper bound")
        return
    if "tables" in certificate and certificate["tables"] != tables.count[kind[0]]:
        yield Doubt("how many tables there are")
    name = certificate.get("bound")
    proven: Fraction | None = None
    if name == "folk":
        proven = folk_proof(tables, kind[0], certificate.get("folk"))
    elif name == "unlimited_memory":
        if kind[1] == "optimal" or tables.game.horizon == 1:
            proven = unlimited_proof(
                tables, kind[0], certificate.get("folk"), certificate.get("unlimited_memory")
            )
    elif name == "enumeration":
        proven = bound if policy == "deterministic" else None
    elif name == "branch_and_bound":
        if policy == "stochastic" and bound not in _bounds(original, kind, policy):
            yield Doubt("nothing earns more than the upper bound", on_trust=True)
        if certificate.get("boxes") not in _boxes(original):
            yield Doubt("how many boxes were examined", on_trust=certificate.get("boxes", 1) > 0)
        proven = bound
    if proven is None or proven > bound:
        yield Doubt("the upper bound follows")
    for evidence, prove in (("folk", folk_proof), ("unlimited_memory", None)):
        said = (data.get("bounds") or {}).get(evidence)
        if said is None or evidence not in certificate:
            continue
        true = (
            prove(tables, kind[0], certificate["folk"])
            if prove
            else unlimited_proof(
                tables, kind[0], certificate.get("folk"), certificate["unlimited_memory"]
            )
        )
        if true != number(said):
            yield Doubt(f"the proof of the bound {evidence}")


def _values(original: Mapping[str, Any], kind: Class, policy: str) -> list[Fraction]:
    """The values of the correct solution's commitments that are of a class."""
    return [
        number(o["payoffs"][o["leader"]])
        for o in original["solutions"]
        if (o["leader"], o["follower"], o["ties"], o["policy"]) == (*kind, policy)
    ]


def _bounds(original: Mapping[str, Any], kind: Class, policy: str) -> list[Fraction]:
    return [
        number(o["upper_bound"])
        for o in original["solutions"]
        if (o["leader"], o["follower"], o["ties"], o["policy"]) == (*kind, policy)
    ]


def _boxes(original: Mapping[str, Any]) -> list[Any]:
    return [None, *(o["certificate"].get("boxes") for o in original["solutions"])]


def folk_proof(tables: Tables, leader: int, evidence: Any) -> Fraction | None:
    """What a multiplier proves, since a strategy secures the follower its minmax at every step.

    Raises:
        Unreadable: if the evidence is none.
    """
    minmax = _secured(tables, leader, evidence)
    multiplier = number(evidence.get("multiplier"))
    if minmax is None or multiplier < 0:
        return None
    game, process = tables.game, tables.process
    best = max(
        Fraction(game.payoffs[leader][(s, *profile)])
        + multiplier * (Fraction(game.payoffs[1 - leader][(s, *profile)]) - minmax)
        for s in process.states
        if game.reachable[s]
        for profile in product(*map(range, game.shape))
    )
    if game.horizon is None:
        return best / (1 - process.discount)
    return best * process.scale * total(process.discount**t for t in range(game.horizon))


def _secured(tables: Tables, leader: int, evidence: Any) -> Fraction | None:
    """The stated minmax value, if the stated strategy secures it in every state."""
    if not isinstance(evidence, Mapping):
        raise Unreadable("there is no proof")
    game = tables.game
    minmax = number(evidence.get("minmax"))
    mix = numbers(evidence.get("securing"), game.shape[1 - leader])
    if not is_distribution(mix) or not all(mask.all() for mask in game.legal):
        return None
    pays = game.payoffs[1 - leader]
    for s in tables.process.states:
        for a in range(game.shape[leader]):
            earned = total(
                p * pays[(s, a, b) if leader == 0 else (s, b, a)] for b, p in enumerate(mix)
            )
            if game.reachable[s] and earned < minmax:
                return None
    return minmax


def unlimited_proof(tables: Tables, leader: int, folk: Any, entries: Any) -> Fraction | None:
    """What multipliers of a step each prove of a leader with unlimited memory.

    h(k, w), the most of (leader's payoff) + w (follower's payoff) over k steps, is at most the
    largest, over what the follower is meant to play and the leader plays, of the step's worth, the
    weighed gains of obedience, and the discounted h(k - 1, w + the sum of the multipliers).

    Raises:
        Unreadable: if an entry is none.
    """
    minmax = _secured(tables, leader, folk)
    game, process = tables.game, tables.process
    if minmax is None or game.horizon is None:
        return None
    given: dict[tuple[Fraction, Fraction], list[Vector]] = {}
    for entry in listed(entries):
        if not isinstance(entry, Mapping):
            raise Unreadable("an entry of the proof is no object")
        size = game.shape[1 - leader]
        rows = [numbers(row, size) for row in listed(entry.get("multipliers"), size)]
        given[number(entry.get("steps")), number(entry.get("weight"))] = rows
    pays = _step_payoffs(tables, leader)

    @cache
    def proven(k: int, weight: Fraction) -> Fraction | None:
        if k == 0:
            return Fraction(0)
        secured = minmax * total(process.discount**t for t in range(k - 1))
        bounds = []
        for meant, row in enumerate(given.get((Fraction(k), weight), [])):
            rest = proven(k - 1, weight + sum(row))
            if rest is None or min(row) < 0:
                return None
            for step in pays:
                mine, own = step[meant]
                kept = total(
                    m * (own - step[c][1] - process.discount * secured) for c, m in enumerate(row)
                )
                bounds.append(mine + weight * own + kept + process.discount * rest)
        return max(bounds, default=None)

    whole = proven(game.horizon, Fraction(0))
    return None if whole is None else whole * process.scale


def _step_payoffs(tables: Tables, leader: int) -> list[list[tuple[Fraction, Fraction]]]:
    """For each state and action of the leader: what both get, by the follower's action."""
    game = tables.game
    return [
        [
            (
                Fraction(game.payoffs[leader][(s, a, b) if leader == 0 else (s, b, a)]),
                Fraction(game.payoffs[1 - leader][(s, a, b) if leader == 0 else (s, b, a)]),
            )
            for b in range(game.shape[1 - leader])
        ]
        for s in tables.process.states
        if game.reachable[s]
        for a in range(game.shape[leader])
    ]


def whole_doubts(tables: Tables, data: Mapping[str, Any], original: Mapping[str, Any]) -> Doubts:
    """What does not hold of the claim besides its outcomes."""
    if data.get("unit", tables.game.unit) != tables.game.unit:
        yield Doubt("the unit")
    for outcome in data["solutions"]:
        if outcome.get("unit", tables.game.unit) != tables.game.unit:
            yield Doubt("the unit")
        if outcome.get("states", list(tables.game.states)) != list(tables.game.states):
            yield Doubt("the states")
        for key in ("follower", "policy"):
            if outcome.get(key) != data.get(key, outcome.get(key)):
                yield Doubt(f"the {key} is that of all")
    yield from _near_by_doubts(tables, data, original)
    known = original.get("bounds") or {}
    for name, bound in (data.get("bounds") or {}).items():
        if name not in known or number(bound) != number(known[name]):
            yield Doubt(f"the bound {name}")
    if data["solutions"] and "leader" in data["solutions"][0]:
        yield from _further_bounds(tables, data)
    plain = [_told(outcome) for outcome in data["solutions"]]
    if any(plain.count(one) > 1 for one in plain):
        yield Doubt("the solutions are different ones")
    if data["complete"] and data["solutions"]:
        yield from _listed_doubts(tables, data, original)


def _listed_doubts(tables: Tables, data: Mapping[str, Any], original: Mapping[str, Any]) -> Doubts:
    """Whether a list that is called complete lacks one."""
    first = data["solutions"][0]
    if "leader" not in first:
        plain = [_told(outcome) for outcome in data["solutions"]]
        known = [_told(outcome) for outcome in original["solutions"]]
        if original["complete"] and any(one not in plain for one in known):
            yield Doubt("all are listed")
    elif first["policy"] == "stochastic":
        yield Doubt("all are listed", on_trust=True)  # there may be others as good
    else:
        leader = place(first["leader"], 2)
        size = tables.game.num_states
        listed_ones = {
            tables.where_played(rows_of(tables.game, outcome["commitment"], leader, size))
            for outcome in data["solutions"]
        }
        if not tables.optimal((leader, first["follower"], first["ties"])) <= listed_ones:
            yield Doubt("all are listed")


def _further_bounds(tables: Tables, data: Mapping[str, Any]) -> Doubts:
    """Whether the proofs of the whole prove the bounds."""
    proofs = data.get("proofs", {})
    first = data["solutions"][0]
    for name in ("folk", "unlimited_memory"):
        if name not in proofs or name not in (data.get("bounds") or {}):
            continue
        if name == "folk":
            proven = folk_proof(tables, first["leader"], proofs["folk"])
        else:
            proven = unlimited_proof(
                tables, first["leader"], proofs.get("folk"), proofs["unlimited_memory"]
            )
        if proven != number(data["bounds"][name]) or holds_float(data["bounds"]):
            yield Doubt(f"the proof of the bound {name}")


def _near_by_doubts(tables: Tables, data: Mapping[str, Any], original: Mapping[str, Any]) -> Doubts:
    """Whether tables near the first commitment earn what is said, under weak ties."""
    pairs = [numbers(pair) for pair in data.get("robustness", [])]
    near = data.get("proofs", {}).get("robustness")
    if holds_float(data.get("robustness", [])) or len(set(map(tuple, pairs))) < len(pairs):
        yield Doubt("what is kept near by")
        return
    if near is None or not pairs:
        if any(pair not in [numbers(p) for p in original.get("robustness", [])] for pair in pairs):
            yield Doubt("what is kept near by")
        return
    first = data["solutions"][0]
    size, leader = tables.game.num_states, first["leader"]
    here = rows_of(tables.game, first["commitment"], leader, size)
    for (distance, kept), rows in zip(pairs, listed(near, len(pairs)), strict=True):
        table = rows_of(tables.game, rows, leader, size)
        true = max(
            abs(p - q) for pair in zip(here, table, strict=True) for p, q in zip(*pair, strict=True)
        )
        earned = tables.process.answered(table, leader, first["follower"], "weak")[1]
        if distance != true or kept != earned:
            yield Doubt("what is kept near by")


def _told(outcome: Mapping[str, Any]) -> Any:
    """What tells one outcome of a list from another: the tables."""
    return outcome.get("strategies", outcome.get("commitment"))
