"""Add up the terms."""

from autograder.authoring import close, equal, hidden, misconception, number

points = 2
returns = number
hints = ("a", "b", "c")


def solution(term, n):
    return sum(term(i) for i in range(n))


class _Terms:
    """Terms that cannot be known without asking for them, and a list of what was asked."""

    def __init__(self, rng):
        self.values = [float(value) for value in rng.standard_normal(9)]
        self.asked = []

    def __call__(self, i):
        self.asked.append(i)
        return self.values[i]


def check_sum(total, rng):
    """The sum of all terms is returned."""
    terms = _Terms(rng)
    close(total(terms, 9), sum(terms.values), "all terms must be added")


@hidden
def check_each_is_asked_for_once(total, rng):
    """Each term is asked for once, and their sum is returned."""
    terms = _Terms(rng)
    out = total(terms, 7)
    equal(sorted(terms.asked, key=repr), list(range(7)), "each term must be asked for once")
    close(out, sum(terms.values[:7]), "the terms asked for must be added")


@misconception("The last term is left out.", caught_by=check_sum)
def short(term, n):
    return sum(term(i) for i in range(n - 1))


@misconception("The mean is taken.", caught_by=check_sum)
def mean(term, n):
    return sum(term(i) for i in range(n)) / n


@misconception("Each term is asked for twice.", caught_by=check_each_is_asked_for_once)
def twice(term, n):
    return sum((term(i) + term(i)) / 2 for i in range(n))
