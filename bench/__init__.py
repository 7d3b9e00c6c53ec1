"""Benchmarks: each compares with a peer in the same run, so that a record is valid on any machine."""
