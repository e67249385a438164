"""Everything that a solver prints, re-checked: solutions, eliminations, the results of runs.

Within limits: what was settled by then, and the rest on trust.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gtlearn.child import computed
from gtlearn.errors import InputError, option, quoted
from gtlearn.games import (
    ExtensiveGame,
    Game,
    HarsanyiGame,
    IteratedGame,
    MarkovGame,
    MergedGame,
    NormalFormGame,
    SymmetricGame,
    symmetric_form,
)
from gtlearn.games.given import of_games
from gtlearn.limits import LimitReached, limited, patience
from gtlearn.solvers.concepts import concept_of, is_registered, kind_of_game
from gtlearn.solvers.verify.form import items
from gtlearn.solvers.verify.game_block import MERGED_KIND, TREE_KIND
from gtlearn.solvers.verify.report import (
    Report,
    Statement,
    ended,
    is_listened_to,
    listening,
    settled,
    unknown_statement,
)

if TYPE_CHECKING:
    from gtlearn.solvers.verify.claim import Claim
    from gtlearn.solvers.verify.sequence_dominance import SequenceElimination

_NO_LIST = "a proof is given, but no complete list of Nash equilibria, which alone it can prove"


@of_games()
def solution(
    game: Game,
    claimed: Any,
    *,
    proof: Any = None,
    time_limit: float | None = None,
    memory_limit: float | None = None,
) -> Report:
    """What of a solution is false of the game, what is proven, and what is taken on trust.

    Everything that a reader can read is compared with the game or recomputed from it. On trust are
    only `complete` and `unique` where they were too much to prove, and bounds that come without a
    proof and are too much to try; and whatever a limit left unverified. The name of the game, the
    method, the status, the seconds and the notes state nothing about the game, and stand in no
    part.

    Args:
        game: what `games.load` takes; it alone is believed.
        claimed: a Solution, DominanceResult or SequenceDominance, or the JSON object of one, of
            schema gtlearn/solution/1, gtlearn/dominance/1 or gtlearn/sequence-dominance/1; or the
            result of a run, of schema gtlearn/run/1.
        proof: a log that proves that a list of Nash equilibria is complete, as `solvers.proof_of`
            makes it; `complete` is then proven by it or not at all.
        time_limit: seconds after which what is not yet verified is on trust.
        memory_limit: bytes of growth after which it is.

    Raises:
        InputError: if `claimed` is none of these, or of another kind of game, or states nothing
            that a log can prove.

    >>> from gtlearn import games, solvers
    >>> game = games.load("battle_of_the_sexes")
    >>> found = solvers.solve(game, find="all")
    >>> solution(game, found).false, solution(game, found.to_json()).false
    ((), ())
    """
    return within(
        partial(_report, game, claimed, proof),
        time_limit=time_limit,
        memory_limit=memory_limit,
    )


def _report(game: Game, claimed: Any, proof: Any) -> Report:
    return settled(_statements(game, claimed, proof))


def _statements(game: Game, claimed: Any, proof: Any) -> Iterator[Statement]:
    if isinstance(claimed, Mapping):
        return _of_json(game, claimed, proof)
    if hasattr(claimed, "surviving"):
        if proof is not None:
            raise InputError(_NO_LIST)
        from gtlearn.solvers.verify.dominance import dominance_statements, elimination_of

        return dominance_statements(_normal_form(game), elimination_of(claimed))
    if hasattr(claimed, "kept"):
        from gtlearn.solvers.verify.sequence_dominance import sequence_elimination_of

        return _of_sequences(game, sequence_elimination_of(claimed), proof)
    from gtlearn.solvers.verify.claim import claim_of

    return _of_claim(game, claim_of(claimed), proof)


def _of_sequences(game: Game, stated: SequenceElimination, proof: Any) -> Iterator[Statement]:
    from gtlearn.solvers.verify.sequence_dominance import sequence_statements

    if proof is not None:
        raise InputError(_NO_LIST)
    if not isinstance(game, ExtensiveGame):
        raise InputError(f"{game.name!r} is no tree, as an elimination of sequences needs")
    return sequence_statements(game, stated)


def _of_json(game: Game, data: Mapping[str, Any], proof: Any) -> Iterator[Statement]:
    from gtlearn.solvers.verify import dominance, reading, run, sequence_dominance

    schema = data.get("schema")
    if schema == reading.SOLUTION_SCHEMA:
        return _of_claim(game, reading.read_claim(data), proof)
    if proof is not None:
        raise InputError(_NO_LIST)
    if schema == dominance.DOMINANCE_SCHEMA:
        stated = dominance.read_elimination(data)
        return dominance.dominance_statements(_normal_form(game), stated)
    if schema == sequence_dominance.SEQUENCE_SCHEMA:
        return _of_sequences(game, sequence_dominance.read_sequence_elimination(data), proof)
    if schema == run.RUN_SCHEMA:
        return run.run_statements(game, data)
    schemas = reading.SOLUTION_SCHEMA, dominance.DOMINANCE_SCHEMA
    known = " or ".join((*schemas, sequence_dominance.SEQUENCE_SCHEMA, run.RUN_SCHEMA))
    raise InputError(f"the object's schema is {quoted(schema)}; it must be {known}")


def _of_claim(game: Game, claim: Claim, proof: Any) -> Iterator[Statement]:
    from gtlearn.solvers.verify.bayesian import bayesian_statements
    from gtlearn.solvers.verify.game_block import SYMMETRIC_KIND, game_statements
    from gtlearn.solvers.verify.markov import markov_statements
    from gtlearn.solvers.verify.one_shot import one_shot_statements
    from gtlearn.solvers.verify.symmetric import symmetric_statements
    from gtlearn.solvers.verify.trees import tree_statements

    game = _as_solved(game, claim)
    if isinstance(game, NormalFormGame) and claim.game.get("kind") == SYMMETRIC_KIND:
        game = symmetric_form(game)
    several_steps = isinstance(game, MarkovGame | IteratedGame)
    for outcome in items(claim.outcomes, "the solutions"):
        if getattr(outcome, "in_steps", False) != several_steps:
            raise InputError(f"the solution is of another kind of game than {game.name!r}")
    if proof is not None:
        listed = isinstance(game, NormalFormGame | HarsanyiGame)
        ends = claim.complete or claim.open_supports is not None  # or names where it does not
        if claim.concept != "nash" or not ends or not listed:
            raise InputError(_NO_LIST)
        claim = replace(claim, log=proof)
    if is_registered(claim.concept):
        own = _of_registered(game, claim)
    elif isinstance(game, MarkovGame | IteratedGame):
        own = markov_statements(game, claim)
    elif isinstance(game, ExtensiveGame | MergedGame):
        own = tree_statements(game, claim)
    elif isinstance(game, HarsanyiGame):
        own = bayesian_statements(game, claim)
    elif isinstance(game, SymmetricGame):
        own = symmetric_statements(game, claim)
    else:
        own = one_shot_statements(game, claim)
    return chain(game_statements(game, claim.game), own)


def _is_by_label(claim: Claim) -> bool:
    """Whether strategies name information sets, as those of a tree do."""
    outcomes = items(claim.outcomes, "the solutions")
    strategies = chain.from_iterable(getattr(outcome, "strategies", ()) for outcome in outcomes)
    return any(isinstance(strategy, Mapping) for strategy in strategies)


def _as_solved(game: Game, claim: Claim) -> Game:
    """The form of a game that a solution is of, by the kind that it names.

    Raises:
        InputError: if merged states are meant, but the game is given as its tree.
    """
    kind = claim.game.get("kind")
    if isinstance(game, MergedGame) and kind != MERGED_KIND:
        game = game.unmerged()
    if not isinstance(game, ExtensiveGame) or kind == TREE_KIND:
        return game
    if kind == MERGED_KIND:
        raise InputError(
            f"the solution is of merged states, {quoted(game.name)} was read as its tree; use "
            f"{option('merge_states', True)}"
        )
    if _is_by_label(claim):
        return game
    normal_form: Game = game.reduced()  # solved in plans
    return normal_form


def _of_registered(game: Game, claim: Claim) -> Iterator[Statement]:
    """The statements of a concept that is none of gtlearn's own; on trust where it has no test."""
    concept = concept_of(claim.concept)
    row = concept.rows.get(kind_of_game(game))
    if row is None:
        raise InputError(f"{claim.concept} is not available in a game such as {game.name!r}")
    if row.verify is not None:
        return row.verify(game, claim)
    return iter([unknown_statement(f"that each is a {concept.title}")])


def _normal_form(game: Game) -> NormalFormGame:
    if not isinstance(game, NormalFormGame):
        raise InputError(f"{game.name!r} is no game in normal form, as an elimination needs")
    return game


def within(
    verification: Callable[[], Report],
    *,
    time_limit: float | None = None,
    memory_limit: float | None = None,
) -> Report:
    """The report of a verification, as far as it got within the limits.

    Where a limit holds, or the user may ask to stop, it runs in a child process, since much of its
    work is single operations on large numbers, which nothing else could stop; what it settles is
    written down as it goes.

    Args:
        verification: what makes the report.
        time_limit: seconds for it, besides the limits that hold already.
        memory_limit: bytes by which the memory may grow, besides them.

    Raises:
        InputError: as `verification`, or if a limit is no positive number.
    """
    with limited(time_limit, memory_limit):
        if patience() == inf or is_listened_to():  # then this is the child
            return verification()
        from tempfile import TemporaryDirectory

        with TemporaryDirectory() as folder:
            record = Path(folder) / "settled"
            try:
                return computed(_recorded, verification, record)
            except LimitReached as limit:
                return _so_far(record) + Report(on_trust=(f"all else: {ended(limit)}",))


def _recorded(verification: Callable[[], Report], record: Path) -> Report:
    """The report; each statement is written to a file once it is settled, a line each."""
    with record.open("w", encoding="utf-8") as file:

        def write(part: str, sentence: str) -> None:
            file.write(json.dumps([part, sentence]) + "\n")
            file.flush()

        with listening(write):
            return verification()


def _so_far(record: Path) -> Report:
    """What a file has of a verification that was ended; a cut last line counts for nothing."""
    parts: dict[str, list[str]] = {"false": [], "proven": [], "on_trust": []}
    lines = record.read_text(encoding="utf-8").split("\n")[:-1] if record.exists() else []
    for part, sentence in map(json.loads, lines):
        parts[part].append(sentence)
    return Report(**{part: tuple(sentences) for part, sentences in parts.items()})
