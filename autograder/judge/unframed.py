"""Messages between two sides in one process: they stay as they are, with the caps of frames (see `codec`).

So an answer gets the same verdict in a notebook as over a pipe, and a hundred calls cost a third.
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


def _measured(message):
    """Return how many items a message has, and how many characters and bytes."""
    items, size, containers = 1, 0, [message]
    for container in containers:
        items += len(container)
        for part in container.values() if type(container) is dict else container:
            kind = type(part)
            if kind is dict or kind is list:
                containers.append(part)
            elif kind is str or kind is bytes:
                size += len(part)
    return items, size
