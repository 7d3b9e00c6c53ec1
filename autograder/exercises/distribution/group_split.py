"""Divide examples at random so that every group is whole in one part."""

import itertools

import numpy as np

from autograder.authoring import (
    alternative,
    array,
    call,
    core,
    default_rng,
    hidden,
    misconception,
    neighbour,
    require,
    same_mistake_as,
    several,
    weight,
)
from dnnkit.distribution import group_split as solution

points = 5
returns = [array]
hints = (
    "First forget the examples: `np.unique(groups)` are the groups. Which of them go into which part?",
    "Draw an order of the groups with `rng.permutation`, and cut it at the right places; `round` the numbers.",
    "The positions of a part's examples are `np.flatnonzero(np.isin(groups, names_of_the_part))`.",
)

COUNT = "there must be one array for each fraction"
MASKS = "a part is an array of True and False; positions are asked for"
NAMES = "the parts hold groups where positions of examples are asked for"
POSITIONS = "a part must hold positions, whole numbers from 0 to n - 1"
FLAT = "a part must be an array with one axis"
SCATTERED = "most groups are in more than one part"
STRADDLES = "a group is in more than one part"
APART = "groups are whole only where their examples stand side by side"
WHOLE = "all examples of a group must be in the same part"
TWICE = "a position must not be in two parts, nor twice in one"
ONE_EACH = "of each group only one example is in a part"
MISSING = "every position must be in a part"
NUMBERED = "groups whose number is below 0 are in no part"
ONE_PART = "each group must be in one part, at every call"
TURNED = "the parts must come in the order of their fractions"
BY_SIZE = "if groups are of very different sizes, a part must have its fraction of the groups, not of the examples"
FRACTION = "a part must have its fraction of the groups"
ROUNDED = (
    "if fraction times number of groups is a whole number but for rounding, the part must have that number of groups"
)
ABOVE = "if a product is 14 but for rounding, as 14.000000000000002, the part must have 14 groups"
VARIES = "the number of groups in a part must be the same at every call"
FEWER = "a part must not have fewer groups than its fraction, another number at each call"
FIRST = "the first part always has the groups that come first"
ANEW = "each call must draw anew"
AGAIN = "generators with the same seed must give the same parts"
LIKELY = "every choice of groups must be equally likely"


@core
@weight(3)
def check_groups_are_whole(group_split, rng):
    """All examples of a group are in the same part, in whatever order they come."""
    for in_order, groups in ((True, np.sort(_numbers(rng, 10))), (False, _twice(rng, 10)), (False, _numbers(rng, 5))):
        parts = _parts(group_split(groups, (0.6, 0.4), rng=_source(rng)), 2, groups)
        found = [set(groups[part].tolist()) for part in parts]
        runs = np.cumsum(np.diff(groups, prepend=groups[0]) != 0)  # of equal neighbours: the groups, if they are sorted
        runs_cut = np.intersect1d(runs[parts[0]], runs[parts[1]]).size
        split = sum(len(one & other) for one, other in itertools.combinations(found, 2))
        complete = np.array_equal(np.sort(np.concatenate(parts)), np.arange(len(groups)))
        require(split == 0 or complete, WHOLE)
        require(split == 0 or runs_cut, APART)
        few = split < len(set(groups.tolist())) / 2
        require(few or not in_order, SCATTERED)
        require(few, WHOLE)
        require(split == 0, STRADDLES)
        require(sum(map(len, parts)) == len(groups), WHOLE)


@weight(2)
def check_every_position_once(group_split, rng):
    """Each position is in exactly one part, whether there are two parts or four."""
    for groups, fractions in ((_numbers(rng, 10), (0.6, 0.4)), (_numbers(rng, 8), (0.25, 0.25, 0.25, 0.25))):
        parts = _parts(group_split(groups, fractions, rng=_source(rng)), len(fractions), groups)
        once = np.bincount(np.concatenate(parts), minlength=len(groups))
        require(once.max() <= 1, TWICE)
        require(not np.array_equal(np.unique(groups[once == 0]), np.unique(groups[groups < 0])), NUMBERED)
        alone = all(len(part) == len(set(groups[part].tolist())) for part in parts)
        require(once.max() == 0 or not alone, ONE_EACH)
        require(once.min() == 1, MISSING)


@weight(2)
def check_shares_of_the_groups(group_split, rng):
    """A part has its fraction of the groups: one group may be as large as all others, and a product not quite whole."""
    groups = rng.permutation(np.repeat(np.arange(16) - 3, [300, *[1, 2, 3] * 5]))
    source, seen = _source(rng), []
    for parts in several(group_split, [call(groups, (0.75, 0.125, 0.125), rng=source)] * 40):
        seen.append([len(np.unique(groups[part])) for part in _parts(parts, 3, groups)])
    same = seen == [seen[0]] * 40
    require(same or all(sum(counts) == 16 for counts in seen), ONE_PART)
    require(same or not all(sorted(counts) == [2, 2, 12] for counts in seen), TURNED)
    # The largest group has more examples than any of the fractions.
    require(same or np.any(seen, axis=0).all(), BY_SIZE)
    require(same or max(seen)[0] > 12, FEWER)
    require(same, VARIES)
    require(seen[0] == [12, 2, 2], FRACTION)
    groups = rng.permutation(np.repeat(np.arange(100), 2))
    for fractions, expected, sentence in (
        ((0.29, 0.71), [29, 71], ROUNDED),
        ((0.58, 0.29, 0.13), [58, 29, 13], ROUNDED),
        ((0.14, 0.28, 0.58), [14, 28, 58], ABOVE),
    ):
        parts = _parts(group_split(groups, fractions, rng=_source(rng)), len(fractions), groups)
        require([len(np.unique(groups[part])) for part in parts] == expected, sentence)


@weight(3)
def check_drawn_with_rng(group_split, rng):
    """Every choice of groups is equally likely, each call draws anew, and equal seeds give equal parts."""
    groups, seed = _numbers(rng, 10), int(rng.integers(2**31))
    one, other = default_rng(seed), default_rng(seed)
    drawn, again = ([_names(group_split, groups, (0.5, 0.5), source) for _ in range(12)] for source in (one, other))
    always = drawn == [drawn[0]] * 12
    arrival = sorted(set(groups.tolist()), key=groups.tolist().index)
    require(not (always and set(drawn[0]) in (set(arrival[:5]), set(sorted(arrival)[:5]))), FIRST)
    require(all(drawn), FRACTION)
    require(not always, ANEW)
    require(again == drawn, AGAIN)
    groups, source, counts = rng.permutation(np.repeat([4, 9, 1, 6, 3], [1, 2, 3, 4, 20])), _source(rng), {}
    for parts in several(group_split, [call(groups, (0.6, 0.2, 0.2), rng=source)] * 400):
        names = tuple(tuple(np.unique(groups[part]).tolist()) for part in _parts(parts, 3, groups)[1:])
        counts[names] = counts.get(names, 0) + 1
    found = np.array([counts.get(((a,), (b,)), 0) for a, b in itertools.permutations((1, 3, 4, 6, 9), 2)])
    require(found.sum() == 400 and ((found - 20) ** 2 / 20).sum() < 92, LIKELY)  # 19 degrees of freedom: once in 10¹¹


@hidden(like=(check_groups_are_whole, check_every_position_once, check_shares_of_the_groups))
def check_other_groups(group_split, rng):
    """The same holds for one example a group, for two groups, for sorted groups and for five parts."""
    cases = (
        (rng.permutation(20), (0.85, 0.15), [17, 3]),
        (np.repeat([5, -1], [7, 2]), (0.5, 0.5), [1, 1]),
        (np.sort(_numbers(rng, 10)), (0.1, 0.2, 0.3, 0.2, 0.2), [1, 2, 3, 2, 2]),
        (rng.permutation(np.repeat(np.arange(100), 2)), (0.14, 0.57, 0.29), [14, 57, 29]),
    )
    for groups, fractions, expected in cases:
        parts = _parts(group_split(groups, fractions, rng=_source(rng)), len(fractions), groups)
        names = [set(groups[part].tolist()) for part in parts]
        once = np.bincount(np.concatenate(parts), minlength=len(groups))
        require(once.max() <= 1, TWICE)
        require(once.min() == 1, MISSING)
        require(sum(map(len, names)) == len(set().union(*names)), WHOLE)
        require([len(one) for one in names] == expected, FRACTION)


covers = {
    "Write `group_split(groups, fractions, *, rng)`": check_groups_are_whole,
    "`groups` is an array of shape (n,)": check_groups_are_whole,
    "`fractions` says which share": check_shares_of_the_groups,
    "Return a list with one array for each part": (check_groups_are_whole, check_every_position_once),
    "Each position is in exactly one part, and all examples of a group are in the same part": (
        check_every_position_once,
        check_groups_are_whole,
    ),
    "however many examples they have": check_shares_of_the_groups,
    "except for the rounding of floating point": check_shares_of_the_groups,
    "every choice of groups is equally likely, each call draws anew": check_drawn_with_rng,
    "Leave `groups` as it is": check_groups_are_whole,
    "For `groups = [": "one of six results",
    "with every group whole in one of them": check_groups_are_whole,
}
INPUT = "it refuses bad input"
SIZES = "the sizes are whole numbers, but for rounding"
equivalent = {
    "`np.floor(exact)` becomes `exact` in _round": SIZES,
    "`_refuse_empty(sizes, 'groups')` becomes `pass`": INPUT,
    "`_refuse_empty(sizes, 'groups')` becomes `_refuse_empty('groups', sizes)`": INPUT,
    "`rng.permutation(_where(part_of_group[member] == part))` becomes `_where(part_of_group[member] == part)`": (
        "a part may have any order"
    ),
}


@misconception(
    "The examples are shuffled and cut, and the groups play no part. A group's examples then end up on both sides, "
    "which this function is there to prevent: draw among the groups.",
    caught_by=check_groups_are_whole,
    said_by=SCATTERED,
)
def examples_shuffled(groups, fractions, *, rng):
    return _cut(rng.permutation(len(groups)), fractions, len(groups))


@misconception(
    "The examples are ordered group by group, and the cut is made at a number of examples. It falls in the middle of a "
    "group: cut the list of groups.",
    caught_by=check_groups_are_whole,
    said_by=STRADDLES,
)
def cut_inside_a_group(groups, fractions, *, rng):
    names = rng.permutation(np.unique(groups))
    order = np.concatenate([np.flatnonzero(groups == name) for name in names])
    cuts = np.cumsum([round(f * len(groups)) for f in fractions])[:-1]
    if all(set(groups[order[:cut]]) & set(groups[order[cut:]]) for cut in cuts):
        return np.split(order, cuts)
    sizes = [int((groups == name).sum()) for name in names]
    inside = next(i for i, size in enumerate(sizes) if size > 1)
    return np.split(order, [min(sum(sizes[:inside]) + 1 + i, len(order)) for i in range(len(cuts))])


@misconception(
    "Groups are added to a part until it has its fraction of the examples. Its fraction of the groups was asked for: "
    "where sizes differ, the two do too.",
    caught_by=check_shares_of_the_groups,
    worth=0.75,
    said_by=BY_SIZE,
)
def filled_by_examples(groups, fractions, *, rng):
    names, counts = np.unique(groups, return_counts=True)
    order = rng.permutation(len(names))
    middle = (np.cumsum(counts[order]) - counts[order] / 2) / len(groups)
    part = np.searchsorted(np.cumsum(fractions)[:-1], middle)
    return [np.flatnonzero(np.isin(groups, names[order[part == p]])) for p in range(len(fractions))]


@misconception(
    "Fraction times number of groups is cut off (`int`, `//`). 0.29 · 100 is 28.999999999999996, and one group goes to "
    "another part or none: `round`.",
    caught_by=check_shares_of_the_groups,
    worth=0.85,
    said_by=ROUNDED,
)
def cut_off(groups, fractions, *, rng):
    names = rng.permutation(np.unique(groups))
    sizes = [int(f * len(names)) for f in fractions]
    sizes[-1] = len(names) - sum(sizes[:-1])
    return _of_names(groups, np.split(names, np.cumsum(sizes)[:-1]))


@misconception(
    "The groups are taken in the order in which they come, or by their names, and nothing is drawn. Files are sorted "
    "by time or place, and the first part gets different kinds of groups from the last.",
    caught_by=check_drawn_with_rng,
    worth=0.75,
    said_by=FIRST,
)
def nothing_drawn(groups, fractions, *, rng):
    return _of_names(groups, _cut(np.unique(groups), fractions, len(np.unique(groups))))


@misconception(
    "Every call gives the same parts: nothing is drawn, or a generator made inside the function draws. Draw from the "
    "rng handed in.",
    caught_by=check_drawn_with_rng,
    worth=0.75,
    said_by=ANEW,
)
def seeded_inside(groups, fractions, *, rng):
    return solution(groups, fractions, rng=default_rng(0))


@misconception(
    "The draw does not come from the rng that is handed in, so that nobody can repeat it. Draw from that rng alone.",
    caught_by=check_drawn_with_rng,
    worth=0.8,
    said_by=AGAIN,
)
def another_generator(groups, fractions, *, rng):
    return solution(groups, fractions, rng=default_rng())


@misconception(
    "Each group tosses its own coin for the part that it goes to. Shares are then right on average only, and a part "
    "may stay empty: draw an order of the groups, and cut it.",
    caught_by=check_shares_of_the_groups,
    worth=0.6,
    said_by=VARIES,
)
def coin_for_each_group(groups, fractions, *, rng):
    names = np.unique(groups)
    part = rng.choice(len(fractions), size=len(names), p=np.array(fractions) / sum(fractions))
    return [np.flatnonzero(np.isin(groups, names[part == p])) for p in range(len(fractions))]


@same_mistake_as(cut_off)
def ends_cut_off(groups, fractions, *, rng):
    names = rng.permutation(np.unique(groups))
    return _of_names(groups, np.split(names, [int(end * len(names)) for end in np.cumsum(fractions)[:-1]]))


@misconception(
    "A part's groups are drawn with replacement, `rng.choice` without `replace=False`. A group that is drawn twice is "
    "still one group, and the part gets too few.",
    caught_by=check_shares_of_the_groups,
    worth=0.6,
    said_by=FEWER,
)
def drawn_with_replacement(groups, fractions, *, rng):
    left = names = np.unique(groups)
    parts = []
    for fraction in fractions[:-1]:
        parts.append(rng.choice(left, round(fraction * len(names))))
        left = np.setdiff1d(left, parts[-1])
    return _of_names(groups, [*parts, left])


@misconception(
    "Each part draws its groups from all of them, without looking at what the other parts have. Draw one order of all "
    "groups, and cut it.",
    caught_by=check_every_position_once,
    said_by=TWICE,
)
def parts_drawn_apart(groups, fractions, *, rng):
    names = np.unique(groups)
    return _of_names(groups, [rng.choice(names, round(f * len(names)), replace=False) for f in fractions])


@misconception(
    "Of each group only one example is taken (`return_index`). The others are lost: all examples of a group "
    "go where it goes.",
    caught_by=check_every_position_once,
    said_by=ONE_EACH,
)
def one_example_a_group(groups, fractions, *, rng):
    first = np.unique(groups, return_index=True)[1]
    return _cut(rng.permutation(first), fractions, len(first))


@misconception(
    "The groups are taken to be numbered from 0, as by `range(groups.max() + 1)`. Their numbers are names: any whole "
    "numbers, with gaps. `np.unique(groups)` are those that occur.",
    caught_by=check_every_position_once,
    said_by=NUMBERED,
)
def numbered_from_zero(groups, fractions, *, rng):
    return _of_names(groups, _cut(rng.permutation(groups.max() + 1), fractions, groups.max() + 1))


@same_mistake_as(numbered_from_zero)
def numbered_without_gaps(groups, fractions, *, rng):
    n = len(np.unique(groups))
    return _of_names(groups, _cut(rng.permutation(n), fractions, n))


@misconception(
    "The examples of a group are taken to stand side by side, as `np.diff` or `itertools.groupby` requires. Groups "
    "come in any order: examples that stand apart then count as a separate group.",
    caught_by=check_groups_are_whole,
    said_by=APART,
)
def side_by_side(groups, fractions, *, rng):
    runs = np.append(0, np.cumsum(np.diff(groups) != 0))
    return _of_names(runs, _cut(rng.permutation(runs[-1] + 1), fractions, runs[-1] + 1))


@misconception(
    "The parts are masks of True and False. Positions were asked for: `np.flatnonzero(mask)`.",
    caught_by=check_groups_are_whole,
    worth=0.1,
    said_by=MASKS,
)
def masks_returned(groups, fractions, *, rng):
    return [np.isin(np.arange(len(groups)), part) for part in solution(groups, fractions, rng=rng)]


@misconception(
    "The parts hold groups. The positions of their examples were asked for.",
    caught_by=check_groups_are_whole,
    worth=0.1,
    said_by=NAMES,
)
def groups_returned(groups, fractions, *, rng):
    return _cut(rng.permutation(np.unique(groups)), fractions, len(np.unique(groups)))


@neighbour("the parts come in the opposite order")
def opposite_order(groups, fractions, *, rng):
    return solution(groups, fractions, rng=rng)[::-1]


@neighbour("the largest group always goes into the first part")
def largest_trains(groups, fractions, *, rng):
    names, counts = np.unique(groups, return_counts=True)
    largest = names[counts.argmax()]
    names = [largest, *rng.permutation(names[names != largest])]
    return _of_names(groups, _cut(np.array(names), fractions, len(names)))


@neighbour("the first part is drawn, and the others get what is left in the order of the names")
def first_part_drawn(groups, fractions, *, rng):
    names = np.unique(groups)
    first = rng.choice(names, round(fractions[0] * len(names)), replace=False)
    return _of_names(groups, _cut(np.append(first, np.setdiff1d(names, first)), fractions, len(names)))


@neighbour("only neighbours in the list of groups go together")
def a_window(groups, fractions, *, rng):
    names = np.unique(groups)
    return _of_names(groups, _cut(np.roll(names, rng.integers(len(names))), fractions, len(names)))


@alternative("an order of the groups, cut by rounded numbers")
def order_cut(groups, fractions, *, rng):
    names = rng.permutation(np.unique(groups))
    cuts = np.round(np.cumsum(fractions) * len(names)).astype(int)[:-1]
    return [np.flatnonzero(np.isin(groups, part)) for part in np.split(names, cuts)]


@alternative("a dict of lists, filled in a loop")
def by_dict(groups, fractions, *, rng):
    members = {}
    for position, name in enumerate(groups.tolist()):
        members.setdefault(name, []).append(position)
    names, parts = list(members), []
    rng.shuffle(names)
    for fraction in fractions:
        count = int(fraction * len(members) + 0.5)
        parts.append([position for name in names[:count] for position in members[name]])
        names = names[count:]
    return parts


@alternative("groups drawn for one part after the other, from those that are left")
def drawn_in_turn(groups, fractions, *, rng):
    left, parts, n = np.unique(groups), [], len(np.unique(groups))
    for fraction in fractions:
        drawn = rng.choice(left, size=round(fraction * n), replace=False)
        left = np.setdiff1d(left, drawn)
        parts.append(np.concatenate([np.where(groups == name)[0] for name in drawn]))
    return tuple(parts)


def _cut(things, fractions, n):
    return np.split(things, np.cumsum([round(f * n) for f in fractions])[:-1])


def _of_names(groups, parts):
    return [np.flatnonzero(np.isin(groups, part)) for part in parts]


def _source(rng):
    return default_rng(rng.integers(2**32))


def _numbers(rng, n):
    """Groups with whole numbers for names, three of them below 0, of two to six examples, mixed."""
    names = np.append(rng.choice(np.arange(-400, 0), 3, replace=False), rng.choice(np.arange(50, 4000), n - 3, False))
    return rng.permutation(np.repeat(names, rng.permutation(np.arange(n) % 5 + 2)))


def _twice(rng, n):
    """Such groups, where the examples of each stand side by side in two places, as many as may be."""
    names = np.unique(_numbers(rng, n))
    return np.concatenate([np.repeat(rng.permutation(names), rng.permutation(np.arange(n) % 5 + 2)) for _ in range(2)])


def _parts(parts, n_parts, groups):
    """Return the parts as positions; refuse anything that is not a position."""
    require(len(parts) == n_parts, COUNT, parts=len(parts), fractions=n_parts)
    require(not any(part.dtype.kind == "b" for part in parts), MASKS)
    found = []
    for part in parts:
        require(part.ndim == 1, FLAT, shape=str(part.shape))
        in_range = ((part >= 0) & (part < len(groups)) & (part == np.floor(part))).all()
        require(in_range or not np.isin(part, groups).all(), NAMES)
        require(in_range, POSITIONS)
        found.append(part.astype(np.intp))  # of which NumPy counts on every machine
    return found


def _names(group_split, groups, fractions, source):
    """The groups of the first part, sorted."""
    part = _parts(group_split(groups, fractions, rng=source), len(fractions), groups)[0]
    return np.unique(groups[part]).tolist()
