"""Lines along which a function of the plane has one value (marching squares), and as few points for them as will do."""

import numpy as np

_BOTTOM, _RIGHT, _TOP, _LEFT = range(4)
# By which corners of a square lie above the level (1 lower left, 2 lower right, 4 upper right, 8 upper left), the sides
# that a line joins.
_JOINED = {
    1: [(_LEFT, _BOTTOM)],
    2: [(_BOTTOM, _RIGHT)],
    3: [(_LEFT, _RIGHT)],
    4: [(_RIGHT, _TOP)],
    6: [(_BOTTOM, _TOP)],
    7: [(_LEFT, _TOP)],
    8: [(_LEFT, _TOP)],
    9: [(_BOTTOM, _TOP)],
    11: [(_RIGHT, _TOP)],
    12: [(_LEFT, _RIGHT)],
    13: [(_BOTTOM, _RIGHT)],
    14: [(_LEFT, _BOTTOM)],
}
# At a saddle, the middle decides which two corners are cut off.
_SADDLES = {
    (5, False): [(_LEFT, _BOTTOM), (_RIGHT, _TOP)],
    (5, True): [(_BOTTOM, _RIGHT), (_LEFT, _TOP)],
    (10, False): [(_BOTTOM, _RIGHT), (_LEFT, _TOP)],
    (10, True): [(_LEFT, _BOTTOM), (_RIGHT, _TOP)],
}


def trace(x, y, values, level):
    """Return the lines where `values`, of shape (rows, columns), cross a level: arrays of shape (points, 2).

    `x` has shape (columns,), `y` (rows,). A closed line ends where it begins.
    """
    above = values > level
    corners = above[:-1, :-1] + 2 * above[:-1, 1:] + 4 * above[1:, 1:] + 8 * above[1:, :-1]
    neighbours = {}
    for row, column in np.argwhere((corners > 0) & (corners < 15)).tolist():
        case = int(corners[row, column])
        if case in (5, 10):
            middle = values[row : row + 2, column : column + 2].mean() > level
            joined = _SADDLES[case, bool(middle)]
        else:
            joined = _JOINED[case]
        # A side is identified by the corner where it begins, and by whether it goes up.
        sides = ((row, column, 0), (row, column + 1, 1), (row + 1, column, 0), (row, column, 1))
        for a, b in joined:
            neighbours.setdefault(sides[a], []).append(sides[b])
            neighbours.setdefault(sides[b], []).append(sides[a])
    return [np.array([_crossing(x, y, values, level, *side) for side in line]) for line in _walks(neighbours)]


def simplified(line, tolerance):
    """A line, of shape (points, 2), reduced to as few of its points as stay within `tolerance` of it.

    Douglas and Peucker 1973, *Algorithms for the reduction of the number of points required to represent a digitized
    line or its caricature*.
    """
    kept, due = {0, len(line) - 1}, [(0, len(line) - 1)]
    while due:
        start, stop = due.pop()
        if stop - start < 2:
            continue
        inner, chord = line[start + 1 : stop] - line[start], line[stop] - line[start]
        length = np.hypot(*chord)
        if length:
            along = np.clip(inner @ chord / length**2, 0, 1)
            inner = inner - along[:, None] * chord
        distances = np.hypot(*inner.T)
        if distances.max() > tolerance:
            furthest = start + 1 + int(distances.argmax())
            kept.add(furthest)
            due += [(start, furthest), (furthest, stop)]
    return line[sorted(kept)]


def _crossing(x, y, values, level, row, column, up):
    a, b = values[row, column], values[row + up, column + 1 - up]
    share = (level - a) / (b - a)
    if up:
        return x[column], y[row] + share * (y[row + 1] - y[row])
    return x[column] + share * (x[column + 1] - x[column]), y[row]


def _walks(neighbours):
    """Lines through all sides: first those that end somewhere, then closed ones."""
    ends = [side for side, joined in neighbours.items() if len(joined) == 1]
    for start in [*ends, *neighbours]:
        if start not in neighbours:
            continue
        line, joined = [start], neighbours.pop(start)
        while ahead := [side for side in joined if side in neighbours]:
            line.append(ahead[0])
            joined = neighbours.pop(ahead[0])
        if len(line) > 2 and start in joined:
            line.append(start)
        yield line
