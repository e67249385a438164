"""A cluster of two nodes that loses a worker, then a node, while runs are trained on it."""

import os
import signal
import threading

import pytest
from test_cluster import SHARED, SMALL, rows
from test_cluster import config as shaping
from test_loop import EVERY, config, outcome

from gtlearn.runs import jobs, loop

cluster_utils = pytest.importorskip(
    "ray.cluster_utils", reason="ray is missing; pip install -e '.[scale]'"
)
QUICK = {  # the death of a node is seen after a second, not after half a minute
    "health_check_initial_delay_ms": 0,
    "health_check_period_ms": 500,
    "health_check_failure_threshold": 2,
}


@pytest.fixture
def nodes():
    """Two nodes of one processor each; the second can be removed."""
    import ray

    head = {"num_cpus": 1, "include_dashboard": False, "_system_config": QUICK}
    cluster = cluster_utils.Cluster(initialize_head=True, head_node_args=head)
    try:
        second = cluster.add_node(num_cpus=1)
        ray.init(address=cluster.address, log_to_driver=False, logging_level="ERROR")
        yield cluster, second
    finally:
        ray.shutdown()
        cluster.shutdown()


def test_a_sweep_loses_a_worker_and_a_node(toy, tmp_path, nodes):
    cluster, second = nodes
    gates = tmp_path / "gates"
    gates.mkdir()
    for name in ("news", "gate-0", "gate-1"):
        os.mkfifo(gates / name)
    plan = config(toy, gates=str(gates))
    todo = jobs.prepare([plan], (0, 1, 2), tmp_path / "runs")
    with open(gates / "news", "r+b", buffering=0) as news:
        saboteur = threading.Thread(target=_sabotage, args=(news, cluster, second), daemon=True)
        saboteur.start()
        found = list(jobs.train_all(todo, workers=2, backend="ray"))
    assert sorted(one.seed for one in found) == [0, 1, 2]
    assert [one.error for one in found] == [None] * 3
    assert not saboteur.is_alive()
    for one in found:
        alone = tmp_path / f"alone-{one.seed}"
        gates_alone = tmp_path / f"gates-{one.seed}"
        gates_alone.mkdir()
        loop.train(config(toy, one.seed, gates=str(gates_alone)), alone)
        result, metrics = outcome(one.folder)
        expected, same = outcome(alone)
        assert metrics == same
        assert _learned(result) == _learned(expected)
        again = (plan.options.iterations // 2 - 1) % EVERY + 1 if one.seed < 2 else 0
        assert len((gates / f"steps-{one.seed}").read_bytes()) == plan.options.iterations + again


def _learned(result):
    """A result but for the checksums of files that name the folder of gates."""
    return {key: value for key, value in result.items() if key != "sha256"}


def _sabotage(news, cluster, second):
    """Kills the worker on the first node, and the second node, once a run is half done on each."""
    waiting = {}
    while len(waiting) < 2:
        for line in news.read(4096).decode().splitlines():
            _, node, pid = line.split()
            waiting[node] = int(pid)
    assert second.node_id in waiting
    (worker,) = (pid for node, pid in waiting.items() if node != second.node_id)
    os.kill(worker, signal.SIGKILL)
    cluster.remove_node(second, allow_graceful=False)


def test_shared_work_loses_a_worker_and_a_node(tmp_path, nodes):
    import psutil

    cluster, second = nodes
    plan = shaping(recording=SHARED, policy="table", iterations=4, **SMALL)

    def sabotage(step, learner):
        if step == 1:
            everyone = psutil.Process().children(recursive=True)
            workers = [one for one in everyone if one.name().startswith("ray::")]
            assert workers
            workers[0].kill()
        if step == 2:
            cluster.remove_node(second, allow_graceful=False)

    hurt = loop.train(plan, tmp_path / "hurt", watch=sabotage)
    whole = loop.train(plan, tmp_path / "whole")
    assert rows(hurt) == rows(whole) and len(rows(whole)) == 4
    assert hurt.result["auc"] == whole.result["auc"]
