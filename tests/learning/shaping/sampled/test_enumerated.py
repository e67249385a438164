"""Estimators on all trajectories of short games: exact gradients, without any noise."""

import importlib.util
from functools import partial
from pathlib import Path

import pytest
import torch

from gtlearn import games
from gtlearn.learning.shaping.sampled import (
    Players,
    TablePolicy,
    lola_dice,
    lola_pg,
    meta_mapg,
    meta_pg,
    play,
    play_chain,
    reinforce,
    returns_credit,
    state_program,
    value_credit,
)
from gtlearn.learning.shaping.sampled.credit import dice_objective
from gtlearn.learning.shaping.sampled.gradients import meta_objective

spec = importlib.util.spec_from_file_location(
    "enumeration", Path(__file__).with_name("enumeration.py")
)
enumeration = importlib.util.module_from_spec(spec)
spec.loader.exec_module(enumeration)
ascended = enumeration.ascended

DISCOUNT = 0.75
PAIR = games.iterated("ipd_meta_mapg", discount="3/4")
GOODS = games.markov_game(  # a public good of three players, in three states
    [
        [[[[3 * (i + j + k) - 5 * (i, j, k)[p] for k in (0, 1)] for j in (0, 1)] for i in (0, 1)]]
        * 3
        for p in range(3)
    ],
    [
        [[[[int(s == (i + j + k + 1) // 2) for s in range(3)] for k in (0, 1)] for j in (0, 1)]
         for i in (0, 1)]
    ]
    * 3,
    discount="3/4",
)  # fmt: skip
CASES = {"two players": (PAIR, 3), "three players": (GOODS, 2)}


@pytest.fixture(params=CASES)
def setting(request):
    game, horizon = CASES[request.param]
    program = state_program(game, dtype=torch.float64)
    policies = [
        TablePolicy(program.observes.count, acts.count, torch.float64) for acts in program.acts
    ]
    generator = torch.Generator().manual_seed(1)
    parameters = [policy.initial(1, generator) for policy in policies]
    return enumeration.Enumeration(program, policies, horizon), policies, parameters


def credits(sampler, **options):
    return sampler.credit(
        partial(returns_credit, discount=DISCOUNT, **{"baseline": "none", **options})
    )


def leaves(parameters):
    return [given.clone().requires_grad_() for given in parameters]


def close(found, wanted):
    assert wanted.abs().max() > 1e-3  # else nothing is tested
    assert torch.allclose(found, wanted, rtol=1e-10, atol=1e-12)


def exact_chain(sampler, start, rates, shaped, learners=None):
    values = partial(sampler.values, discount=DISCOUNT)
    chain = [start]
    for row in rates:
        everyone = range(len(start)) if learners is None else learners
        chain.append(ascended(values, chain[-1], row, everyone, shaped))
    return chain


def test_all_probabilities_add_up_to_one(setting):
    sampler, _, parameters = setting
    played = sampler(parameters)
    assert sampler.weights[id(played)][1].mean().item() == pytest.approx(1)


def any_baseline(played):
    """Returns to go less an arbitrary function of state and time."""
    steps = torch.arange(played.states.shape[1])[:, None]
    later = returns_credit(played, DISCOUNT, baseline="none")
    return later - DISCOUNT**steps * torch.sin(3.0 * played.states + steps)


@pytest.mark.parametrize("baseline", [False, True])
def test_first_and_second_derivatives_of_dice(setting, baseline):
    """Gradient and every entry of the Hessian in all parameters, whatever the baseline."""
    sampler, policies, parameters = setting
    link = play(Players(policies, sampler, None), leaves(parameters))
    credit = sampler.credit(any_baseline) if baseline else credits(sampler)
    objective = dice_objective(link.log_probs.sum(0), credit(link.played)[0]).sum()
    exact = leaves(parameters)
    value = sampler.values(exact, DISCOUNT)[0]
    found = torch.autograd.grad(objective, link.parameters, create_graph=True)
    wanted = torch.autograd.grad(value, exact, create_graph=True)
    for mine, true in zip(found, wanted, strict=True):
        close(mine, true)
        for m, t in zip(mine.flatten(), true.flatten(), strict=True):
            of_found = torch.autograd.grad(m, link.parameters, retain_graph=True)
            of_wanted = torch.autograd.grad(t, exact, retain_graph=True)
            for a, b in zip(of_found, of_wanted, strict=True):
                assert torch.allclose(a, b, rtol=1e-10, atol=1e-12)


def test_a_value_function_adds_no_bias_where_lambda_is_one(setting):
    sampler, policies, parameters = setting
    link = play(Players(policies, sampler, None), leaves(parameters))
    values = torch.cos(link.played.states.double())
    credit = sampler.credit(partial(value_credit, values=values, discount=DISCOUNT, decay=1.0))
    objective = (link.log_probs[0] * credit(link.played)).sum(-2).mean()
    exact = leaves(parameters)
    wanted = torch.autograd.grad(sampler.values(exact, DISCOUNT)[0], exact[0])[0]
    close(torch.autograd.grad(objective, link.parameters[0])[0], wanted)


@pytest.mark.parametrize("method", [meta_mapg, meta_pg])
def test_meta_gradients(setting, method):
    """In phi_0 and in every inner rate, through three inner steps, for each player."""
    sampler, policies, parameters = setting
    count = len(policies)
    rates = 0.5 + 0.1 * torch.arange(3 * count, dtype=torch.float64).reshape(3, count)
    credit = credits(sampler)
    for player in range(count):
        shaped = range(count) if method is meta_mapg else [player]
        found = method(
            Players(policies, sampler, credit, player),
            parameters,
            rates,
            lambda played, player=player: credit(played)[player],
        )
        start, tracked = leaves(parameters), rates.clone().requires_grad_()
        chain = exact_chain(sampler, start, tracked, shaped)
        total = sum(sampler.values(given, DISCOUNT)[player] for given in chain[1:])
        wanted, of_rates = torch.autograd.grad(total, [start[player], tracked])
        close(found.parameters, wanted)
        close(found.rates[0], of_rates)
        for link, given in zip(found.links, chain, strict=True):
            for mine, true in zip(link.parameters, given, strict=True):
                assert torch.allclose(mine, true, rtol=1e-10)


def test_own_and_peer_learning_apart(setting):
    """Theorem 1's terms: the scores of own actions, and of the others', through the same chain."""
    sampler, policies, parameters = setting
    count = len(policies)
    rates = torch.full((2, count), 0.7, dtype=torch.float64)
    credit = credits(sampler)
    everyone = range(count)
    links = play_chain(
        Players(policies, sampler, credit), leaves(parameters), rates, shaped=everyone
    )
    start = leaves(parameters)
    chain = exact_chain(sampler, start, rates, everyone)
    for mine in ([0], list(everyone)[1:]):
        objective = meta_objective(links, lambda played: credit(played)[0], mine).sum()
        found = torch.autograd.grad(objective, links[0].parameters[0], retain_graph=True)[0]
        total = sum(
            sampler.values([p if k in mine else p.detach() for k, p in enumerate(given)], DISCOUNT)[
                0
            ]
            for given in chain[1:]
        )
        close(found, torch.autograd.grad(total, start[0], retain_graph=True)[0])


def test_without_discount_weights_it_is_another_gradient(setting):
    """The published estimator is not the gradient of the discounted sum."""
    sampler, policies, parameters = setting
    credit = credits(sampler, weighted=False)
    found = reinforce(Players(policies, sampler, credit), parameters)
    exact = leaves(parameters)
    wanted = torch.autograd.grad(sampler.values(exact, DISCOUNT)[0], exact[0])[0]
    assert found.norm() > 1.05 * wanted.norm()


def test_reinforce(setting):
    sampler, policies, parameters = setting
    for player in range(len(policies)):
        exact = leaves(parameters)
        wanted = torch.autograd.grad(sampler.values(exact, DISCOUNT)[player], exact[player])[0]
        players = Players(policies, sampler, credits(sampler), player)
        close(reinforce(players, parameters), wanted)


@pytest.mark.parametrize("look_aheads", [1, 3])
def test_lola_dice(setting, look_aheads):
    """The value after the peers' exact steps, the own policy kept."""
    sampler, policies, parameters = setting
    rates = torch.full((look_aheads, len(policies)), 0.8, dtype=torch.float64)
    for player in range(len(policies)):
        players = Players(policies, sampler, credits(sampler), player)
        found = lola_dice(players, parameters, rates)
        peers = [k for k in range(len(policies)) if k != player]
        start = leaves(parameters)
        end = exact_chain(sampler, start, rates, peers, peers)[-1]
        wanted = torch.autograd.grad(sampler.values(end, DISCOUNT)[player], start[player])[0]
        close(found, wanted)


def test_lola_pg(setting):
    """Own gradient plus, for each peer, rate * (d^2 V_peer / d peer d own)^T dV / d peer."""
    sampler, policies, parameters = setting
    rates = torch.tensor([0.3, 0.6, 0.9], dtype=torch.float64)
    for player in range(len(policies)):
        start = leaves(parameters)
        values = sampler.values(start, DISCOUNT)
        slopes = torch.autograd.grad(values[player], start, retain_graph=True)
        wanted = slopes[player]
        for peer in (k for k in range(len(policies)) if k != player):
            step = torch.autograd.grad(values[peer], start[peer], create_graph=True)[0]
            mixed = torch.autograd.grad((step * slopes[peer]).sum(), start[player])[0]
            wanted = wanted + rates[peer] * mixed
            values = sampler.values(start, DISCOUNT)
        players = Players(policies, sampler, credits(sampler), player)
        found = lola_pg(players, parameters, rates)
        close(found, wanted)
