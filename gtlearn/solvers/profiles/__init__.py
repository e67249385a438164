"""Profiles from any tool: numbers, JSON, files, OpenSpiel policies, callables, solutions, runs."""
