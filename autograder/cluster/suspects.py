"""Whether a submission is to blame when workers end while judging it: those that may be are tried last.

A worker that was killed does not say by what: by what a student wrote, by a machine that ran out of memory, or by
someone who switched that machine off. What tells is how often the same happens to others. A submission whose worker
ended is set aside until all others are through, and then tried alone on its worker; with each further end it waits for
those that have fewer. By then it is known how often workers end under submissions that finish elsewhere.
"""

from collections import Counter

# How many submissions of a class may be given up, on average, whose workers were ended by something else.
FALSELY = 1e-3
LEAST = 2  # workers that end before a submission is given up


class Suspects:
    """The submissions whose workers ended, by the names of what ended, and how often that happened to others.

    A submission is given up when `LEAST` workers or more have ended while judging it, each but the first alone, and
    when that many ends in a row, at the rate at which workers ended under those that came back, would happen to fewer
    than `FALSELY` of the class. So two ends suffice if no other submission's worker has ended.

    >>> suspects = Suspects()
    >>> suspects.ended("ann", "worker 1"), suspects.ended("ann", "worker 2")
    (None, None)
    >>> suspects.to_blame("ann")
    True

    Of a hundred others, the same happened to two, which then came back. So ann's two may be chance:

    >>> for number in range(100):
    ...     if number < 2:
    ...         suspects.ended(number, f"worker {3 + number}")
    ...     suspects.came_back(number)
    >>> suspects.to_blame("ann"), suspects.ended("ann", "worker 5"), suspects.to_blame("ann")
    (False, None, True)
    """

    def __init__(self):
        self._ends, self._came_back, self._outlived = {}, 0, Counter()

    def ended(self, task, worker):
        """Note that a worker ended while judging a submission; several may have shared that worker."""
        self._ends.setdefault(task, []).append(worker)

    def came_back(self, task):
        """Note that a submission was judged: it did not cause the earlier ends."""
        self._came_back += 1
        self._outlived.update(self._ends.pop(task, ()))

    def ends(self, task) -> int:
        """Return how many workers ended while judging a submission."""
        return len(self._ends.get(task, ()))

    def to_blame(self, task) -> bool:
        """Return whether that many ends cannot have another cause."""
        ends = self.ends(task)
        return ends >= LEAST and (self._came_back + len(self._ends)) * self._chance() ** ends <= FALSELY

    def _chance(self):
        """Return how often a worker ended under a submission that came back, without ends that are still suspected."""
        suspected = {worker for workers in self._ends.values() for worker in workers}
        outlived = sum(count for worker, count in self._outlived.items() if worker not in suspected)
        return outlived / max(1, self._came_back + outlived)
