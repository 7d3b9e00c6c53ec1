"""Exercises of the chapter on a network, forward and backward."""
