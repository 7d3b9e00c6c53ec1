"""Messages between two sides in one process: they stay what they are, and have the caps of frames (see `codec`).

So an answer is told in a notebook what it would be told over a pipe, and a hundred calls cost a third.
"""

from .codec import MAX_FRAME, MAX_ITEMS, BadFrame


def dump(message):
    """Return a message (a dict of encoded values) as it is handed over, with the number of its items."""
    items, size = _measured(message)
    if size > MAX_FRAME:
        raise OverflowError(f"a message may have at most {MAX_FRAME} bytes, got {size}")
    return message, items


def load(handed):
    """Return the message; raise BadFrame for one of too many items."""
    message, items = handed
    if items > MAX_ITEMS:
        raise BadFrame(f"a frame may have at most {MAX_ITEMS} items")
    return message


def _measured(node):
    """Return how many items a node has, and how many characters and bytes."""
    kind = type(node)
    if kind is str or kind is bytes:
        return 1, len(node)
    if kind is not dict and kind is not list:
        return 1, 0
    items, size = 1, 0
    for part in node.values() if kind is dict else node:
        more, larger = _measured(part)
        items, size = items + more, size + larger
    return items, size
