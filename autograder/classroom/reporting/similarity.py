"""Which two answers are alike, in their text and in what they get wrong: for a person to compare, and no proof.

Texts are compared by winnowing (Schleimer, Wilkerson and Aiken, *Winnowing: Local Algorithms for Document
Fingerprinting*, SIGMOD 2003): of each window of hashes of a few successive tokens the least is kept, so any passage of
`K + WINDOW - 1` tokens that two texts share gives both at least one fingerprint in common. All names count as the same,
as do all numbers and all strings, and comments and layout are ignored, so renaming hides no copy. What the assignment
or the reference has is left out, and what many have counts for little.

Behaviour is compared by wrong answers: two who break the same checks in the same words share something that few others
do, or many. It is counted in bits: a way to be wrong that one in eight has is worth three.
"""

import keyword
import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from zlib import crc32

from ...judge.show import FAILED

K, WINDOW = 8, 6
LEAST_SHARED, LEAST_SHARE = 6, 0.5  # rare fingerprints in common, and the share, from which a pair is shown
MANY = 30  # students with a fingerprint, or an eighth of the class: more are not few
# The same for every version of Python, and for what is not quite Python. A string without an end goes on to the end of
# its line, or of the code: otherwise, an end would be looked for again from each quotation mark in it.
TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
    |(?P<text>[bfrBFRuU]{0,2}(?:\"{3}.*?(?:\"{3}|\Z)|'{3}.*?(?:'{3}|\Z)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?))
    |(?P<number>\.?\d[\w.]*)|(?P<name>\w+)|[*/]{2}|[-+*/<>=!@:]=|->|\S""",
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True)
class Pair:
    """Two students whose answers are alike.

    Attributes
    ----------
    share : float
        Of the fingerprints of the one with less, those in common, each weighted by how few have it (log2(n / count)).
    bits : float
        How rare it is to be wrong where both are wrong in the same way.
    texts, mistakes : tuple of str
        The exercises in which rare fingerprints, or ways to be wrong, are in common.
    """

    students: tuple[str, str]
    share: float
    bits: float
    texts: tuple[str, ...]
    mistakes: tuple[str, ...]


def pairs(answers, given, results, findings) -> tuple[Pair, ...]:
    """Return the pairs of students whose answers to one assignment are alike, most alike first.

    Parameters
    ----------
    answers : dict of str to dict of str to str
        By student and exercise, the code.
    given : dict of str to tuple of str
        By exercise, code that everyone has: what the assignment shows, and the reference.
    results, findings
        As `statistics.clusters` takes them.
    """
    fingerprinted = _fingerprinted(answers, given)
    count = Counter(each for own in fingerprinted.values() for each in own)
    worth = {each: math.log2(len(answers) / number) for each, number in count.items()}
    whole = {student: sum(worth[each] for each in own) for student, own in fingerprinted.items()}
    shared, wrong = _in_common(fingerprinted, count), _wrong_alike(results, findings)
    # If mistakes were independent, two given students would share this many with probability n ** -2.5: in a class of
    # 200, a thirtieth of a pair.
    enough = 1.25 * math.log2(max(len(answers), 2))
    found = []
    for both in sorted(shared.keys() | wrong.keys()):
        rare, mistakes = shared.get(both, Counter()).total(), wrong.get(both, {})
        one, other = (fingerprinted.get(student, set()) for student in both)
        common = sum(worth[each] for each in one & other) if rare >= LEAST_SHARED else 0.0
        share = common / min(whole[student] for student in both) if common else 0.0
        bits = sum(mistakes.values())
        if share >= LEAST_SHARE or (len(mistakes) > 1 and bits >= enough):
            found.append(Pair(both, share, bits, tuple(sorted(shared.get(both, ()))), tuple(sorted(mistakes))))
    return tuple(sorted(found, key=lambda pair: (-pair.share - pair.bits / enough, pair.students)))


@lru_cache(10_000)
def fingerprints(code) -> frozenset[int]:
    """Return the fingerprints of a piece of code; none if it is too short to tell anything.

    Examples
    --------
    >>> mine = fingerprints("def f(a, rng):  # mine\\n    return [a[i] + rng.random() for i in range(len(a))]")
    >>> mine == fingerprints("def g(x, r):\\n\\treturn [x[k] + r.random() for k in range( len(x) )]") != frozenset()
    True
    """
    tokens = _tokens(code)
    hashes = [crc32(" ".join(tokens[at : at + K]).encode()) for at in range(len(tokens) - K + 1)]
    return frozenset(value for value, _ in winnow(hashes, WINDOW))


def winnow(hashes, window) -> list[tuple[int, int]]:
    """Return (hash, place) of what winnowing keeps: the least of each window, and of equals the last.

    Fewer hashes than fill a window count as one window.

    Examples
    --------
    >>> winnow([5, 3, 8, 3, 9, 7], window=3)
    [(3, 1), (3, 3)]
    """
    kept = []
    for start in range(max(len(hashes) - window + 1, 1) if hashes else 0):
        least = min((value, -place) for place, value in enumerate(hashes[start : start + window], start))
        if (found := (least[0], -least[1])) not in kept[-1:]:
            kept.append(found)
    return kept


def _tokens(code):
    """Return the code's tokens as words, with one for all names, one for all numbers and one for all strings."""
    found = []
    for match in TOKEN.finditer(code):
        word = match[0]
        if match.lastgroup == "name":
            found.append(word if keyword.iskeyword(word) else "name")
        elif match.lastgroup != "comment":
            found.append(match.lastgroup or word)
    return found


def _fingerprinted(answers, given):
    """Return by student the (exercise, fingerprint)s that are not given."""
    everyones = {exercise: frozenset().union(*map(fingerprints, codes)) for exercise, codes in given.items()}
    return {
        student: {
            (exercise, each)
            for exercise, code in own.items()
            for each in fingerprints(code) - everyones.get(exercise, frozenset())
        }
        for student, own in answers.items()
    }


def _in_common(fingerprinted, count):
    """Return, by pair, how many rare fingerprints are in common in each exercise."""
    holders, found = defaultdict(list), defaultdict(Counter)
    most = min(max(len(fingerprinted) // 8, 4), MANY)
    for student in sorted(fingerprinted):
        for each in fingerprinted[student]:
            if count[each] <= most:
                holders[each].append(student)
    for (exercise, _), students in holders.items():
        for both in combinations(students, 2):
            found[both][exercise] += 1
    return found


def _wrong_alike(results, findings):
    """Return, by pair, the bits of each exercise that both got wrong in the same way, one that few others share."""
    ways, judged = defaultdict(list), Counter(result.exercise for result in results)
    for result in results:
        told = findings.get((result.student, result.exercise), ())
        if result.verdict in FAILED and told:
            way = tuple((each["check"], each["verdict"], each["sentence"]) for each in told)
            ways[result.exercise, result.misconception, way].append(result.student)
    found = defaultdict(dict)
    for (exercise, *_), students in ways.items():
        if len(students) <= MANY:
            for both in combinations(sorted(students), 2):
                found[both][exercise] = math.log2(judged[exercise] / len(students))
    return found
