"""How many seeds an answer is judged on: few if luck plays no part, and no more than time allows."""

import dis
import time

FEW = 5  # if nothing depends on luck
LEAST = 1, 4  # of few and of many seeds, how many are tried however long they take


def keys(count):
    """Yield the keys of `count` seeds."""
    return (f"audit {number}".encode() for number in range(count))


def in_time(count, seconds):
    """Yield the keys of `count` seeds until they have taken this much processor time, but of at least LEAST.

    An answer whose seeds are cheap meets all of them; one that trains networks is not worth an hour of audit.
    """
    ends, least = time.process_time() + seconds, LEAST[count > FEW]
    for number, key in enumerate(keys(count)):
        if number >= least and time.process_time() > ends:
            return
        yield key


def hangs_on_luck(check):
    """Whether a check's inputs differ from seed to seed: it reads its second argument, the generator."""
    code = check.run.__code__
    rng = code.co_varnames[1]
    read = (step.argval for step in dis.get_instructions(code))
    return any(rng in names if isinstance(names, tuple) else names == rng for names in read)  # 3.13 reads two at once
