"""Opponent shaping, against the authors' code, a published LOLA-DiCE and M-FOS's exact Meta-MAPG.

No peer is a package. Fetch them, and say where they are:

    META_MAPG=.../meta-mapg LOLA_DICE=.../LOLA_DiCE M_FOS=.../Model-Free-Opponent-Shaping \
        python -m benchmarks shaping

(github.com/dkkim93/meta-mapg, github.com/alexis-jacq/LOLA_DiCE and
github.com/luchris429/Model-Free-Opponent-Shaping). The first two were written for gym 0.12 and
older; here their environments, which are arrays, run without it. The last was written for a GPU.
"""

from __future__ import annotations

import contextlib
import os
import resource
import statistics
import sys
import tempfile
import time
import types
from argparse import Namespace
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

from benchmarks.harness import Case, Peer, Row, Target, Timed, say, show, timed
from gtlearn import games

META_MAPG, LOLA_DICE, M_FOS = "META_MAPG", "LOLA_DICE", "M_FOS"
GAME = "ipd_meta_mapg"
CHAINS, TRAJECTORIES, HORIZON, LENGTH = 5, 64, 150, 5
BATCH = 128  # of LOLA-DiCE
PERSONAS, GRADIENTS = 400, 20  # exact ones: that many in a turn, whose time is their mean
REPEATS = 5
GIGABYTE = 1e6  # in the unit of ru_maxrss, kB


def shaping(quick: bool) -> Iterator[Case]:
    """One thread each; a chain has six rollouts and five inner updates of both players."""
    repeats = 2 if quick else REPEATS
    case = f"IPD, {PERSONAS} personas, L = {LENGTH}"
    exact = Target("≤ 10 ms and ≥ 1x", ratio=1, seconds=0.01)
    peer = "luchris429/Model-Free-Opponent-Shaping"
    row = Row("exact Meta-MAPG, one gradient", case, [], peer, target=exact)
    row.methods = f"turns of {GRADIENTS} gradients in float64"
    yield _case(row, M_FOS, _exact_gradients, GRADIENTS, m_fos_gradients, repeats)
    chain = Target("≥ 10x", ratio=10, aim=30)
    case = f"IPD, K = {TRAJECTORIES}, H = {HORIZON}, L = {LENGTH}, LSTM against a table"
    row = Row("sampled Meta-MAPG, one chain", case, [], "dkkim93/meta-mapg", target=chain)
    row.methods = f"{CHAINS} chains at a time"
    ours = partial(_meta_iteration, chains=CHAINS)
    yield _case(row, META_MAPG, ours, CHAINS, meta_mapg_chain, repeats)
    case = f"IPD, H = {HORIZON}, batch {BATCH}, both players, one look-ahead"
    update = Target("≥ 10x", ratio=10)
    row = Row("LOLA-DiCE update", case, [], "alexis-jacq/LOLA_DiCE", target=update)
    yield _case(row, LOLA_DICE, _lola_dice_update, 1, lola_dice_update, repeats)


def _case(
    row: Row,
    variable: str,
    ours: Callable[[], Callable[[], Any]],
    share: int,
    theirs: Callable[..., Timed],
    repeats: int,
) -> Case:
    """A line whose peer is at the path that an environment variable holds."""
    measure = partial(
        _measure, variable=variable, ours=ours, share=share, theirs=theirs, repeats=repeats
    )
    return Case(row, measure)


def _measure(
    row: Row,
    variable: str,
    ours: Callable[[], Callable[[], Any]],
    share: int,
    theirs: Callable[..., Timed],
    repeats: int,
) -> None:
    """Turn by turn; `share` is how many of the peer's units one call of ours does."""
    import torch

    from gtlearn.learning.shaping.sampled import keep_freed_memory

    checkout = os.environ.get(variable, "")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    keep_freed_memory()
    work = ours()
    work()
    peer = Peer(theirs, (checkout,), 120.0) if checkout else None
    if peer is None:
        row.absent = row.peer
        row.remarks = f"set {variable} to a checkout of {row.peer}"
    for _ in range(repeats):
        row.ours.append(timed(work)[0] / share)
        if peer is not None:
            (taken, remark), stopped = peer(checkout)
            row.theirs.append(taken)
            row.stopped.append(stopped)
            row.remarks = remark
    if peer is not None:
        peer.close()
    torch.set_num_threads(threads)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / GIGABYTE
    row.methods = "; ".join(filter(None, [row.methods, f"process at most {memory:.1f} GB"]))
    if row.target is not None and row.target.seconds is not None:
        row.reached = _within(row, row.target)
    say(f"  {row.job}, {row.case}: {show(statistics.median(row.ours))}")


def _within(row: Row, target: Target) -> bool:
    """Whether both bounds are kept, which without the peer cannot be said."""
    mine, seconds, ratio = statistics.median(row.ours), target.seconds, target.ratio
    if seconds is None or ratio is None or not row.theirs:
        return False
    return mine <= seconds and statistics.median(row.theirs) >= ratio * mine


def _meta_iteration(chains: int) -> Callable[[], Any]:
    """Rollouts, inner updates, meta-gradient, value network, both Adams."""
    import torch

    from gtlearn.learning.shaping import ascents, sampled

    program = sampled.state_program(games.iterated(GAME, discount="24/25"))
    generator = torch.Generator().manual_seed(0)
    policies = [sampled.RecurrentPolicy(5, 2), sampled.TablePolicy(5, 2)]
    sampling = ascents.Sampling(trajectories=TRAJECTORIES, horizon=HORIZON)
    ascent = ascents.SampledAscent(
        ascents.Estimator(program, policies, sampling, critic=sampled.Network(5, 1)),
        [policies[1].initial(40, generator)],
        policies[0].initial(1, generator)[0],
        torch.full((LENGTH, 2), 0.1),
        generator=generator,
        chains=chains,
        groups=torch.arange(40) % 2,
    )
    return ascent.step


def _lola_dice_update() -> Callable[[], Any]:
    """Both players' gradients, each through the other's look-ahead."""
    import torch

    from gtlearn.learning.shaping import sampled

    program = sampled.state_program(games.iterated(GAME, discount="24/25"))
    generator = torch.Generator().manual_seed(0)
    policies = [sampled.TablePolicy(5, 2)] * 2
    parameters = [policy.initial(1, generator) for policy in policies]
    sample = partial(
        sampled.rollout,
        program,
        policies,
        trajectories=BATCH,
        horizon=HORIZON,
        generator=generator,
    )
    credit = partial(sampled.returns_credit, discount=program.discount)
    everyone = [sampled.Players(policies, sample, credit, player) for player in range(2)]
    rates = torch.full((1, 2), 0.3)
    return lambda: [sampled.lola_dice(players, parameters, rates) for players in everyone]


def _exact_gradients() -> Callable[[], Any]:
    """Gradients in the start and in the inner rates of everyone, one against each persona."""
    import torch

    from gtlearn.learning.shaping.games import table_game
    from gtlearn.learning.shaping.meta import meta_mapg
    from gtlearn.learning.shaping.personas import personas

    dilemma = games.iterated(GAME, discount="24/25")
    people = personas(dilemma, 1, seed=0)["train"].logits()
    if len(people) != PERSONAS:
        raise SystemExit(f"{len(people)} personas, not {PERSONAS}")
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(1, *people.shape[1:], dtype=people.dtype, generator=generator)
    rates = torch.ones(LENGTH, 2, dtype=people.dtype).requires_grad_()
    gradient = partial(meta_mapg, table_game(dilemma), [start, people], rates, LENGTH)
    return lambda: [gradient() for _ in range(GRADIENTS)]


def meta_mapg_chain(checkout: str) -> Timed:
    """The authors' training loop in its own words, with one process: its second iteration."""
    with _inside(checkout):
        import torch
        from meta.meta_agent import MetaAgent
        from trainer import meta_train

        options = Namespace(
            log_name="log",
            seed=1,
            opponent_shaping=True,
            traj_batch_size=TRAJECTORIES,
            n_process=1,
            actor_lr_inner=0.1,
            actor_lr_outer=1e-4,
            value_lr=1.5e-4,
            entropy_weight=0.5,
            discount=0.96,
            lambda_=0.95,
            chain_horizon=LENGTH,
            n_hidden=64,
            max_grad_clip=10.0,
            max_train_iteration=2,
            env_name="IPD-v0",
            ep_horizon=HORIZON,
            n_agent=2,
            reward_scale=False,
        )
        torch.set_num_threads(1)
        torch.lstsq = lambda right, left: (torch.linalg.solve(left, right), None)  # removed since
        log = {"log": MagicMock()}
        shared = MetaAgent(log, MagicMock(), options, name="meta-agent", i_agent=0)
        shared.share_memory()
        ends = _Ends()
        with contextlib.suppress(SystemExit):
            meta_train(shared, ends, 0, log, options)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / GIGABYTE
    return ends.times[1] - ends.times[0], f"its process at most {memory:.1f} GB"


class _Ends(dict[str, Any]):
    """What the authors' processes share; notes when an iteration ends."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, value)
        if key.endswith("/train_iteration"):
            self.times.append(time.perf_counter())


def lola_dice_update(checkout: str) -> Timed:
    """Both look-aheads and both updates, without the rollout that only evaluates."""
    with _inside(checkout):
        import torch

        torch.set_num_threads(1)
        import ipd_DiCE as peer

        one, two = peer.Agent(), peer.Agent()
        tables = [
            x.detach().clone().requires_grad_()
            for x in (one.theta, one.values, two.theta, two.values)
        ]
        start = time.perf_counter()
        of_two = one.in_lookahead(tables[2], tables[3])
        of_one = two.in_lookahead(tables[0], tables[1])
        one.out_lookahead(tables[2] - peer.hp.lr_in * of_two, tables[3])
        two.out_lookahead(tables[0] - peer.hp.lr_in * of_one, tables[1])
        return time.perf_counter() - start, "without its evaluation rollout"


def m_fos_gradients(checkout: str) -> Timed:
    """Its exact meta-training in its own words, up to each step of its Adam: a mean iteration."""
    with _inside(str(Path(checkout) / "src")):
        import environments as peer
        import torch
        from torch.optim.optimizer import register_optimizer_step_pre_hook

        torch.set_num_threads(1)
        starts: list[float] = []
        ends: list[float] = []

        def iterations() -> Iterator[int]:
            for iteration in range(GRADIENTS):
                starts.append(time.perf_counter())
                yield iteration

        peer.range = {1000: iterations(), 100: range(LENGTH)}.__getitem__  # its loops
        peer.print, torch.save = MagicMock(), MagicMock()
        peer.device, torch.Tensor.cuda = torch.device("cpu"), lambda tensor: tensor
        hook = register_optimizer_step_pre_hook(lambda *_: ends.append(time.perf_counter()))
        (states, _), game = peer.ipd_batched(PERSONAS)
        peer.generate_mamaml(PERSONAS, states, game, "IPD")
        hook.remove()
    taken = [end - start for start, end in zip(starts, ends, strict=True)]
    remark = (
        f"`generate_mamaml` in float32, without its Adam; its {PERSONAS} opponents are drawn, not "
        f"personas; gradients in the start and in one inner rate; of {LENGTH} updates the last is "
        f"not judged (phi_0 to phi_{LENGTH - 1} count), so that it does less"
    )
    return statistics.mean(taken), remark


@contextlib.contextmanager
def _inside(checkout: str) -> Iterator[None]:
    """In a peer's folder, with what stands in for packages that its arrays do not need."""
    from gymnasium import spaces

    gym = types.ModuleType("gym")
    gym.spaces = types.ModuleType("gym.spaces")  # type: ignore[attr-defined]
    gym.spaces.Box, gym.spaces.Discrete = spaces.Box, spaces.Discrete
    gym.spaces.Tuple, gym.spaces.prng = tuple, None
    gym.Env, gym.Space, gym.ActionWrapper = Environment, object, object  # type: ignore[attr-defined]
    gym.make = _made  # type: ignore[attr-defined]
    registration = MagicMock()
    stand_ins = {"gym": gym, "gym.spaces": gym.spaces, "gym.envs": registration}
    stand_ins["gym.envs.registration"] = registration
    for name in ("tensorboardX", "git", "yaml", "mujoco_py", "matplotlib", "matplotlib.pyplot"):
        stand_ins[name] = MagicMock()
    stand_ins["gym_env.multi_mujoco.multiagent_mujoco"] = MagicMock()
    for name, module in stand_ins.items():
        sys.modules.setdefault(name, module)
    before = Path.cwd()
    if checkout not in sys.path:
        sys.path.insert(0, checkout)
    os.chdir(checkout)
    try:
        yield
    finally:
        os.chdir(before if before.exists() else tempfile.gettempdir())


class Environment:
    """gym's, of which nothing is used."""

    def close(self) -> None:
        pass

    def seed(self, seed: int) -> None:
        pass


def _made(name: str, args: Namespace) -> Any:
    from gym_env.ipd.ipd_env import IPDEnv

    return IPDEnv(args)
