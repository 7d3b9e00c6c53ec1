"""A report on a class: one page for an instructor to read, print or show, with a link from each number to its students.

`gather` reads what it is about, `statistics` computes the numbers, and `sections` and `page` present them.
"""

from .. import config as settings
from .. import pin
from ..layout import ClassError, alone, open_class, write_file
from .gather import gather
from .page import page

__all__ = ["report"]


@alone
def report(directory, topics=(), *, anonymous=False):
    """Write ``report.html`` into a class directory: one self-contained page, for light, dark and print.

    The anonymous one is ``report-anonymous.html``, so that neither replaces the other.

    Parameters
    ----------
    directory : path
        The class directory.
    topics : sequence of str
        The assignments to report on; without any, all that are released.
    anonymous : bool, optional
        Show aliases instead of ids, the same in each report of this class, and nothing that reveals whose they are:
        no links to files, and examples of code without comments.

    Returns
    -------
    path
        The page.

    Raises
    ------
    ClassError
        When a topic was not released.
    """
    place = open_class(directory)
    released = pin.read(place)["topics"]
    for topic in topics:
        if topic not in released:
            known = ", ".join(released) or "nothing"
            raise ClassError(f"{topic!a} is not released in this class; released: {known}")
    with settings.log_to(place.state / "report.log") as log:
        gathered = gather(place, log, tuple(topics) or tuple(released), anonymous=anonymous)
    target = place.root / ("report-anonymous.html" if anonymous else "report.html")
    write_file(target, page(gathered).encode("utf-8", "replace"))
    return target
