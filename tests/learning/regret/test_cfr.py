"""CFR as a run: its curve, its end, and OpenSpiel's own."""

import numpy as np
import pyspiel
import pytest
from open_spiel.python.algorithms.exploitability import nash_conv

import gtlearn
from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.learning.regret import CfrConfig, CfrLearner
from gtlearn.runs import pictures
from gtlearn.runs.canvas import new_canvas
from gtlearn.runs.verification import verify_run
from gtlearn.solvers._trees.cfr import VARIANTS, Minimiser
from gtlearn.solvers._trees.form import form_of

ROUNDED = 2**-20  # of probabilities that were rounded to 30 bits, along the paths of a small tree


@pytest.mark.parametrize("name", ["kuhn_poker", "leduc_poker"])
def test_the_strategies_are_openspiels(name):
    """OpenSpiel counts the first, uniform strategies in the average, which are left out here."""
    theirs = pyspiel.load_game(name)
    minimiser = Minimiser(form_of(games.load(name)), VARIANTS["cfr"])
    learner = pyspiel.CFRSolver(theirs)
    learner.evaluate_and_update_policy()
    for plex, average in zip(minimiser.plexes, minimiser.totals, strict=True):
        average += plex.plan(plex.uniform())
    for _ in range(5):
        minimiser.step()
        learner.evaluate_and_update_policy()
        known = pyspiel.nash_conv(theirs, learner.average_policy())
        assert minimiser.nash_conv() == pytest.approx(known, abs=1e-9)  # sums of doubles


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_converges_on_kuhn_poker(variant):
    learner = CfrLearner(CfrConfig(variant=variant, iterations=2000, every=1000), 0)
    for _ in range(2000):
        learner.step()
    assert learner.nash_conv < 0.01
    exact = solvers.solve("kuhn_poker")[0].payoffs[0]
    paid = learner.meter.regrets_and_payoffs(learner.tables())[1][0]
    assert abs(float(paid - exact)) < learner.nash_conv  # within what the players could gain


@pytest.mark.parametrize("algorithm", ["cfr", "fictitious-play", "mccfr"])
def test_a_run_is_resumed_checked_and_verified(algorithm, tmp_path):
    pytest.importorskip("torch", reason="runs need the extra learn")
    options = {"game": "leduc_poker", "iterations": 30, "every": 10}
    whole = gtlearn.train(algorithm, output=tmp_path / "whole", **options)
    part = gtlearn.train(algorithm, output=tmp_path / "part", **{**options, "iterations": 17})
    part.resume(iterations=30)
    assert part.result["strategies"] == whole.result["strategies"]
    rows = [(tmp_path / name / "metrics.jsonl").read_bytes() for name in ("whole", "part")]
    assert rows[0] == rows[1]
    report = gtlearn.check(whole)
    assert float(report.nash_conv) == whole.result["nash_conv"]
    policy = whole.policy()
    assert gtlearn.check({"strategies": policy}, "leduc_poker").nash_conv == report.nash_conv
    verified = verify_run(whole.folder)
    assert verified.proven and not verified.false


def test_what_was_measured_is_drawn_where_it_was(tmp_path):
    pytest.importorskip("torch", reason="runs need the extra learn")
    pytest.importorskip("matplotlib", reason="pictures need the extra plots")
    run = gtlearn.train("mccfr", output=tmp_path / "run", iterations=250, every=100)
    (curve,) = pictures.curves_of([run.folder])
    steps = [*range(1, 11), *range(20, 101, 10), 200]
    assert (curve.steps.tolist(), curve.axis, curve.log) == (steps, "iterations", True)
    assert curve.exact is None  # 0, which no logarithmic axis has
    _, ((axes,),) = new_canvas(1, 1, (4, 4))
    pictures.draw_on(axes, [curve])
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert "Dots: where it was measured." in pictures.caption([curve])
    assert "Dashed" not in pictures.caption([curve])


def test_the_meter_is_openspiels_nash_conv():
    theirs = pyspiel.load_game("leduc_poker")
    measure = solvers.meter("leduc_poker")
    learner = pyspiel.CFRPlusSolver(theirs)
    for _ in range(3):
        learner.evaluate_and_update_policy()
        policy = learner.average_policy()
        assert float(measure(policy)) == pytest.approx(
            pyspiel.nash_conv(theirs, policy), abs=ROUNDED
        )


def test_floats_and_exact_numbers_agree():
    learner = CfrLearner(CfrConfig(game="leduc_poker", iterations=5), 0)
    for _ in range(5):
        learner.step()
    assert learner.play.nash_conv() == pytest.approx(learner.nash_conv, abs=ROUNDED)
    plan = learner.play.average(0)
    assert np.isclose(plan[0], 1) and (plan >= 0).all()


def test_games_that_are_no_trees():
    with pytest.raises(InputError, match="no tree of two players"):
        CfrLearner(CfrConfig(game="chicken"), 0)
    with pytest.raises(InputError, match="no tree of two players"):
        CfrLearner(CfrConfig(game="kuhn_poker(players=3)"), 0)


def test_openspiel_takes_what_was_learned():
    learner = CfrLearner(CfrConfig(iterations=50), 0)
    for _ in range(50):
        learner.step()
    report = solvers.check({"strategies": dict(learner.policies())}, "kuhn_poker")
    solution = solvers.solve("kuhn_poker")
    assert nash_conv(pyspiel.load_game("kuhn_poker"), solution.to_openspiel()) < ROUNDED
    assert float(report.nash_conv) == learner.nash_conv
