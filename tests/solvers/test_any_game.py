"""What `solve` takes as a game, every public function of the solvers takes."""

from fractions import Fraction

import numpy as np
import pyspiel
import pytest

import gtlearn
from gtlearn import cli, games, solvers
from gtlearn.errors import InputError
from gtlearn.solvers import verify

PENNIES = [[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]]
EVEN = [["1/2", "1/2"]] * 2
DILEMMA = "gtlearn_iterated(stage=prisoners_dilemma,horizon=2)"
DEFECT = [np.array([[0, 1]] * 5)] * 2

IN_ONE_SHOT = [
    lambda game: solvers.solve(game)[0].payoffs,
    lambda game: solvers.check(EVEN, game).regrets,
    lambda game: verify.solution(game, solvers.solve(game)).false,
    lambda game: solvers.one_equilibrium(game)[0].payoffs,
    lambda game: [e.strategies for e in solvers.all_equilibria(game)],
    solvers.pure_equilibria,
    lambda game: solvers.zero_sum(game)[0].certificate.evidence["value"],
    lambda game: solvers.correlated(game)[0].value,
    lambda game: solvers.coarse_correlated(game)[0].value,
    lambda game: solvers.stackelberg(game)[0].value,
    lambda game: solvers.dominance(game).surviving,
    lambda game: verify.regrets(game, EVEN),
    lambda game: verify.payoffs(game, EVEN),
    lambda game: verify.is_nash(game, EVEN),
    lambda game: verify.deviation_payoffs(game, EVEN),
    lambda game: verify.commitment_values(game, 0, EVEN[0]),
]
OF_STEPS = [
    lambda game: solvers.solve(game)[0].payoffs,
    lambda game: solvers.check(DEFECT, game).regrets,
    lambda game: solvers.evaluate(game, DEFECT).payoffs,
    lambda game: solvers.evaluate_floats(game, DEFECT).tolist(),
    lambda game: solvers.evaluate_exactly(game, DEFECT).fractions().tolist(),
    lambda game: solvers.optimal_response(game, DEFECT, 0).payoffs,
    lambda game: solvers.stationary_response(game, DEFECT, 0).payoffs,
    lambda game: verify.table_payoffs(game, DEFECT),
    lambda game: verify.table_regrets(game, DEFECT),
]


@pytest.mark.parametrize("work", IN_ONE_SHOT)
def test_games_in_one_shot(work, tmp_path):
    loaded = games.load("matching_pennies")
    path = tmp_path / "pennies.json"
    games.save(loaded, path)
    known = work(loaded)
    for given in ("matching_pennies", path, PENNIES, np.array(PENNIES)[..., None][..., 0].tolist()):
        assert work(given) == known
    assert work(pyspiel.load_game("matrix_mp")) == known


@pytest.mark.parametrize("work", OF_STEPS)
def test_games_of_several_steps(work):
    assert work(DILEMMA) == work(games.iterated("prisoners_dilemma", horizon=2))


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (lambda: solvers.dominance(DILEMMA), "is an iterated game; dominance is for a normal"),
        (lambda: solvers.evaluate("chicken", []), "evaluate is for a Markov game or an iterated"),
        (lambda: verify.regrets("security_bayesian", EVEN), "is a Bayesian game; regrets is for"),
        (lambda: solvers.correlated("chikcen"), "did you mean chicken"),
    ],
)
def test_another_kind_of_game_is_refused(work, message):
    with pytest.raises(InputError, match=message):
        work()


def test_the_game_may_be_given_by_name():
    assert verify.regrets(strategies=EVEN, game="matching_pennies") == (Fraction(0), Fraction(0))
    with pytest.raises(TypeError, match="the game"):
        verify.regrets(strategies=EVEN)


def test_how_a_game_is_read_is_handed_through():
    literal = "1 -1; -1 1"
    found = gtlearn.solve(literal, zero_sum=True)
    assert found.to_fractions() == [[Fraction(1, 2)] * 2] * 2
    assert gtlearn.check("1/2 1/2; 1/2 1/2", literal, zero_sum=True).holds
    assert gtlearn.verify(found, gtlearn.load(literal, zero_sum=True)).holds
    assert gtlearn.verify(found, literal, zero_sum=True).holds
    with pytest.raises(InputError, match="chicken is a whole game"):
        gtlearn.solve("chicken", zero_sum=True)


@pytest.mark.parametrize(
    ("options", "flag"),
    [
        ({"leader": 1}, "--leader 1"),
        ({"ties": "weak"}, "--ties weak"),
        ({"commitment": "pure"}, "--commitment pure"),
        ({"follower": "optimal"}, "--follower optimal"),
        ({"policy": "stochastic"}, "--policy stochastic"),
        ({"objective": "gini"}, "--objective gini"),
        ({"concept": "correlated", "find": "all"}, "--find all"),
        ({"concept": "stackelberg", "select": "welfare"}, "--select welfare"),
        ({"concept": "stackelberg", "policy": "stochastic"}, "--policy stochastic"),
    ],
)
def test_an_option_without_meaning_is_refused_alike_everywhere(options, flag, capsys):
    with pytest.raises(InputError, match="has no meaning") as caught:
        solvers.solve("chicken", **options)
    concept = options.get("concept", "nash")
    assert cli.run(["solve", "chicken", "--concept", concept, *flag.split()]) == 2
    printed = capsys.readouterr().err.removeprefix("gtlearn: ").rstrip()
    name = flag.split()[0]
    assert printed.startswith(f"{name} has no meaning")
    in_python = printed.replace(name, name[2:]).replace("--concept ", "concept=").replace('"', "")
    assert in_python == str(caught.value).replace('"', "")
