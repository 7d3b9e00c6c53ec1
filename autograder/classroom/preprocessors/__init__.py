"""Notebook transformations of our own in nbgrader's chains, one a file; `autograder.classroom.config` composes them."""
