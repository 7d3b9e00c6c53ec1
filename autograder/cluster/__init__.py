"""Judging on other machines: the same work as on one, by the workers of a Dask cluster.

The class stays where it is. A submission goes out with its student's key, and what comes back is data that is examined
before anything is written (see `received`).
"""
