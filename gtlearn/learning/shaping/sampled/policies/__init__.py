"""Policies whose parameters are one tensor with a leading axis of chains."""
