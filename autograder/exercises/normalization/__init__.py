"""Exercises of the chapter on the normalization of inputs."""
