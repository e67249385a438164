"""R. D. Luce & H. Raiffa (1957), Games and Decisions, section 5.3: the battle of the sexes."""

from fractions import Fraction as F

from gtlearn import games, solvers

MIXED = ((F(2, 3), F(1, 3)), (F(1, 3), F(2, 3)))


def test_three_equilibria():
    solution = solvers.solve("battle_of_the_sexes", find="all")
    assert [e.strategies for e in solution] == [((1, 0), (1, 0)), ((0, 1), (0, 1)), MIXED]
    assert [e.payoffs for e in solution] == [(2, 1), (1, 2), (F(2, 3), F(2, 3))]
    assert [e.index for e in solution] == [1, 1, -1]


def test_selection():
    game = games.load("battle_of_the_sexes")
    assert sum(solvers.solve(game, select="welfare")[0].payoffs) == 3
    assert min(solvers.solve(game, select="fairness")[0].payoffs) == 1
    assert solvers.solve(game, select="entropy")[0].strategies == MIXED


def test_whoever_commits_gets_two():
    for leader in (0, 1):
        assert (
            solvers.solve("battle_of_the_sexes", "stackelberg", leader=leader)[0].payoffs[leader]
            == 2
        )
