"""The fingerprint of a game, computed once more from the words of docs/certificate-format.md."""

import hashlib
import math
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games, solvers
from gtlearn.games import (
    BayesianGame,
    ExtensiveGame,
    HarsanyiGame,
    MarkovGame,
    MergedGame,
    NormalFormGame,
)
from gtlearn.games.numbers import ExactArray

NUMBERS = st.one_of(
    st.integers(-3, 3),
    st.sampled_from([127, 128, -128, -129, 32768, -(2**31), 2**31, 2**63 - 1, 2**63, -(2**63)]),
    st.fractions(max_denominator=9),
    st.integers(-(10**30), 10**30),
)
LABELS = st.text(min_size=1, max_size=4).filter(lambda label: label.strip() == label)


def text(value):
    encoded = value.encode("utf-8", "surrogatepass")
    return str(len(encoded)).encode() + b":" + encoded


def texts(values):
    return text(str(len(values))) + b"".join(map(text, values))


def array(entries, sizes):
    """Fractions in row-major order."""
    denominator = math.lcm(*(entry.denominator for entry in entries))
    numerators = [int(entry * denominator) for entry in entries]
    out = texts([str(size) for size in sizes]) + text(format(denominator, "x"))
    for width in (1, 2, 4, 8):
        if all(-(2 ** (8 * width - 1)) <= n < 2 ** (8 * width - 1) for n in numerators):
            held = [n.to_bytes(width, "little", signed=True) for n in numerators]
            return out + text(str(width)) + b"".join(held)
    return out + text("0") + text(",".join(format(n, "x") for n in numerators))


def of(tensor):
    places = product(*map(range, tensor.shape))
    return array([tensor[place] for place in places], tensor.shape)


def body(game):
    out = texts(game.players) + b"".join(map(texts, game.actions))
    return out + b"".join(map(of, game.payoffs))


def legal_only(tensor, game):
    entries = []
    for place in product(*map(range, tensor.shape)):
        state, profile = place[0], place[1 : game.num_players + 1]
        fine = all(game.legal[k][state, a] for k, a in enumerate(profile))
        entries.append(tensor[place] if fine else Fraction(0))
    return array(entries, tensor.shape)


def pieces(game):
    if isinstance(game, NormalFormGame):
        return text("normal-form") + body(game)
    if isinstance(game, BayesianGame):
        out = text("bayesian") + text(str(game.leader)) + texts(game.types)
        return out + array(game.prior, [len(game.prior)]) + b"".join(map(body, game.games))
    if isinstance(game, ExtensiveGame | MergedGame):
        merged = isinstance(game, MergedGame)
        out = text("merged" if merged else "extensive") + texts(game.players)
        for own in game.sets:
            out += texts([known.label for known in own])
            out += b"".join(texts(known.actions) for known in own)
        out += text(str(len(game.chance)))
        for moves in game.chance:
            out += texts(moves.labels) + array(moves.probabilities, [len(moves.labels)])
        parts = (game.mover, game.place)
        for part in (*parts, game.after) if merged else (game.parent, game.move, *parts):
            out += array([Fraction(int(entry)) for entry in part], part.shape)
        return out + b"".join(map(of, game.payoffs))
    if isinstance(game, HarsanyiGame):
        out = text("harsanyi") + texts(game.players)
        for own in game.types:
            out += texts([point.label for point in own])
            out += b"".join(texts(point.actions) for point in own)
        out += text(str(len(game.profiles)))
        for drawn in sorted(game.profiles, key=lambda drawn: drawn.types):
            out += texts([str(place) for place in drawn.types])
            out += array([drawn.probability], [1]) + b"".join(map(of, drawn.payoffs))
        return out
    out = text("markov") + texts(game.players) + texts(game.states)
    out += b"".join(map(texts, game.actions))
    out += text("forever" if game.horizon is None else str(game.horizon))
    out += array([game.discount], [1]) + text("mean" if game.averaged else "sum")
    out += array(game.start, [game.num_states])
    for mask in game.legal:
        out += array([Fraction(int(word)) for word in mask.ravel()], mask.shape)
    return out + b"".join(legal_only(part, game) for part in (*game.payoffs, game.transitions))


def from_the_words(game):
    return hashlib.sha256(text("gtlearn/fingerprint/1") + pieces(game)).hexdigest()


@st.composite
def normal_forms(draw):
    shape = draw(st.lists(st.integers(1, 3), min_size=2, max_size=3))
    size = math.prod(shape)
    payoffs = [
        np.array(draw(st.lists(NUMBERS, min_size=size, max_size=size)), dtype=object).reshape(shape)
        for _ in shape
    ]
    labels = [draw(st.lists(LABELS, min_size=n, max_size=n, unique=True)) for n in shape]
    return games.normal_form(*payoffs, actions=labels)


@given(normal_forms())
@settings(max_examples=60, deadline=None)
def test_any_game_has_the_fingerprint_that_the_words_give(game):
    assert game.fingerprint == from_the_words(game)


@pytest.mark.parametrize(
    "name",
    [
        "chicken",
        "security_bayesian",
        "first_price_private_values(players=3,values=2)",
        "big_match",
        "gtlearn_iterated(stage=stag_hunt,horizon=3,memory=2)",
        "gtlearn_iterated(stage=rock_paper_scissors,discount=9/10)",
        "kuhn_poker",
        "nim(pile_sizes=1;2;3)",
    ],
)
def test_so_have_games_of_each_kind(name):
    game = games.load(name)
    assert game.fingerprint == from_the_words(getattr(game, "markov", game))


def test_what_is_not_legal_means_nothing():
    legal = np.array([[True, False], [True, True]])
    payoffs = np.arange(8).reshape(2, 2, 2)
    moves = np.zeros((2, 2, 2, 2), dtype=int)
    moves[..., 0] = 1
    one, other = (
        MarkovGame(
            name=name,
            players=("Row", "Column"),
            states=("s", "t"),
            actions=(("a", "b"), ("c", "d")),
            payoffs=(ExactArray(np.where(legal[:, :, None], payoffs, junk)), ExactArray(payoffs)),
            transitions=ExactArray(np.where(legal[:, :, None, None], moves, junk)),
            start=(Fraction(1, 2), Fraction(1, 2)),
            horizon=3,
            legal=(legal, np.ones((2, 2), dtype=bool)),
        )
        for name, junk in (("one", 7), ("other", -9))
    )
    assert one.fingerprint == other.fingerprint == from_the_words(one)


def test_what_it_depends_on():
    game = games.normal_form([[1, 2], [3, 4]], [[5, 6], [7, 8]], name="one", source="here")
    same = replace(game, name="another", source="there", number_note="said")
    halves = tuple(ExactArray(2 * tensor.numerators, 2) for tensor in game.payoffs)
    assert same.fingerprint == replace(game, payoffs=halves).fingerprint == game.fingerprint
    dummy = games.normal_form(
        *(np.reshape(p, (2, 2, 1)) for p in ([1, 2, 3, 4], [5, 6, 7, 8], [0] * 4))
    )
    others = [
        dummy,
        replace(game, players=("Row", "Col")),
        replace(game, actions=(("1", "2"), ("1", "3"))),
        replace(game, payoffs=game.payoffs[::-1]),
        games.normal_form([[1, 2], [3, "4.000000001"]], [[5, 6], [7, 8]]),
        games.iterated(game, horizon=1, memory=0),
    ]
    found = {other.fingerprint for other in [game, *others]}
    assert len(found) == 1 + len(others)
    lengths = {
        games.iterated(game, horizon=h, discount=d).fingerprint for h in (2, 3) for d in (1, "1/2")
    }
    assert len(lengths) == 4


@pytest.mark.parametrize(
    ("game", "options"),
    [
        ("chicken", {}),
        ("security_bayesian", {"concept": "stackelberg"}),
        ("gtlearn_iterated(stage=chicken,horizon=2)", {"concept": "stackelberg"}),
    ],
)
def test_every_solution_has_it(game, options):
    solution = solvers.solve(game, **options)
    assert solution.fingerprint == solution.to_json()["game"]["fingerprint"]
    assert solution.fingerprint == games.load(game).fingerprint


def test_zeros_over_a_huge_denominator():
    zeros = np.array([[0], [0]])
    same = [
        NormalFormGame(
            "zeros", ("Row", "Column"), (("1", "2"), ("1",)), (ExactArray(zeros, d),) * 2
        )
        for d in (1, 10**400)
    ]
    assert same[0].fingerprint == same[1].fingerprint
