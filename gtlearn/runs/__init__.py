"""Runs of learning algorithms: configs, folders, checkpoints, the loop, sweeps and pictures."""
