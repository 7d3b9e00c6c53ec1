"""Write a test that tells divisions that keep groups whole from those that leak."""

import numpy as np

from autograder.authoring import alternative, lazy

tests = "group_split"
points = 3
hints = (
    "Three things must hold of every result: no group on both sides, no position twice, none missing: each an assert.",
    "Shares are of groups: take one group that is larger than all others together, and count groups, not examples. A "
    "hundred groups and the fraction 0.29 show who rounds.",
    "Call it with two generators of the same seed, and with others: what must be equal, and what must not always be?",
)


def solution(group_split):
    rng = np.random.default_rng
    groups = np.repeat([40, -7, 300, 22, 51, 77, 8, 90, 13, 64], [30, 2, 3, 1, 2, 3, 1, 2, 3, 2])
    groups = rng(3).permutation(groups)

    def names(parts):
        return [set(groups[np.asarray(part, dtype=int)].tolist()) for part in parts]

    trained = []
    for seed in range(6):
        parts = group_split(groups, (0.7, 0.1, 0.2), rng=rng(seed))
        assert not any(np.asarray(part).dtype == bool for part in parts), "positions, not masks"
        assert sorted(np.concatenate(parts).tolist()) == list(range(len(groups))), "each position once"
        assert [len(one) for one in names(parts)] == [7, 1, 2], "shares of groups"
        assert sum(map(len, names(parts))) == 10, "groups are whole"
        trained.append(names(parts)[0])
    assert any(one != trained[0] for one in trained), "drawn"
    for seed in range(3):
        assert names(group_split(groups, (0.7, 0.1, 0.2), rng=rng(seed)))[0] == trained[seed], "the same seed"
    many = np.repeat(np.arange(100), 2)
    train, dev = group_split(many, (0.29, 0.71), rng=rng(0))
    assert len(train) == 58, "rounded"
    assert len(dev) == 142, "rounded"


@alternative("returns True or False")
def by_returning(group_split):
    groups = np.array([-1, 2, 3, 4, 5, *[6] * 22, 7, 8, 9, 10] * 2)
    results = [group_split(groups, (0.5, 0.5), rng=np.random.default_rng(seed % 5)) for seed in range(10)]
    right, firsts = [], []
    for train, dev in results:
        train, dev = np.asarray(train), np.asarray(dev)
        if train.dtype.kind == "b" or set(train.tolist()) | set(dev.tolist()) != set(range(len(groups))):
            return False
        firsts.append(sorted(set(groups[train])))
        right += [len(train) + len(dev) == len(groups), len(firsts[-1]) == 5, not set(groups[train]) & set(groups[dev])]
    right += [firsts[:5] == firsts[5:], len({tuple(first) for first in firsts}) > 1]
    pairs = np.arange(200) // 2
    right.append(len(group_split(pairs, (0.29, 0.71), rng=np.random.default_rng(9))[0]) == 58)
    return all(right)


@lazy("Only the number of parts is looked at.")
def count_alone(group_split):
    parts = group_split(np.array([1, 1, 2, 2]), (0.5, 0.5), rng=np.random.default_rng(0))
    assert len(parts) == 2


@lazy("The test only asks whether the function runs.")
def runs_at_all(group_split):
    group_split(np.array([3, 1, 3, 2]), (2 / 3, 1 / 3), rng=np.random.default_rng(0))
