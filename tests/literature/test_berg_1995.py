"""J. Berg, J. Dickhaut & K. McCabe (1995), Trust, Reciprocity, and Social History, Games and
Economic Behavior 10: both get $10, and what is sent is tripled.
"""

from gtlearn import games, solvers


def test_nothing_is_sent():
    game = games.load("trust")
    solution = solvers.solve(game, "subgame-perfect")
    assert solution.complete and solution[0].payoffs == (10, 10)


def test_trust_that_is_repaid_is_better_for_both():
    """All is sent, and half of what arrives is returned: better for both, but no equilibrium."""
    game = games.load("trust")
    sends = [[int(sent == 10) for sent in range(11)]]
    returns = [[int(2 * back == 3 * sent) for back in range(3 * sent + 1)] for sent in range(11)]
    for sent in range(1, 11, 2):  # where half of it is no whole number
        returns[sent][0] = 1
    report = solvers.check([sends, returns], game)
    assert report.payoffs == (15, 25)
    assert report.regrets == (0, 15)
    assert max(sum(own[leaf] for own in game.payoffs) for leaf in range(game.num_leaves)) == 40
