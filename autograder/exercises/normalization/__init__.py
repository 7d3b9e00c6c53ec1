"""Exercises of the chapter on normalization."""
