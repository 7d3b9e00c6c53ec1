"""Say what share is kept."""

from autograder.authoring import close, misconception, number

points = 1
returns = number
hints = ("a", "b", "c")
solution = 0.75


def check_value(share, rng):
    """The share is right."""
    close(share, 0.75, "the share must be that which is kept")


@misconception("The share that is dropped is given.", caught_by=check_value)
def dropped():
    return 0.25


@misconception("Per cent.", caught_by=check_value)
def percent():
    return 75.0


@misconception("One.", caught_by=check_value)
def one():
    return 1.0
