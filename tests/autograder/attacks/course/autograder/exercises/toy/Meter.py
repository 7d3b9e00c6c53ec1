"""Write a running mean."""

from autograder.authoring import close, hidden, instance, misconception, number

points = 2
returns = instance(update=lambda value: value, mean=number)
hints = ("a", "b", "c")
APART = "a meter must know its own numbers only"


class solution:
    def __init__(self):
        self.sum, self.count = 0.0, 0

    def update(self, x):
        self.sum, self.count = self.sum + x, self.count + 1

    def mean(self):
        return self.sum / self.count


def check_mean(Meter, rng):
    """The mean of all numbers so far is returned."""
    meter, values = Meter(), [float(value) for value in rng.standard_normal(4)]
    for i, value in enumerate(values):
        meter.update(value)
        close(meter.mean(), sum(values[: i + 1]) / (i + 1), "the mean must be that of all numbers so far")


@hidden
def check_two_meters(Meter, rng):
    """Two meters do not share what they have seen."""
    one, other = Meter(), Meter()
    first, second = (float(value) for value in rng.standard_normal(2))
    one.update(first)
    other.update(second)
    close(one.mean(), first, APART)
    close(other.mean(), second, APART)


@misconception("The last number is returned.", caught_by=check_mean)
class last:
    def update(self, x):
        self.x = x

    def mean(self):
        return self.x


@misconception("The sum is returned.", caught_by=check_mean)
class added:
    sum = 0.0

    def update(self, x):
        self.sum += x

    def mean(self):
        return self.sum


@misconception("All meters share one list.", caught_by=check_two_meters, said_by=APART)
class shared:
    seen = []

    def update(self, x):
        self.seen.append(x)

    def mean(self):
        return sum(self.seen) / len(self.seen)
