"""A report on a class: one page that an instructor reads, prints or shows, with a way from each number to its students.

Numbers are those of `statistics`, read by `gather` and told by `sections` and `page`.
"""

from .. import config as settings
from .. import pin
from ..layout import ClassError, alone, open_class, write_file
from .gather import gather
from .page import page

__all__ = ["report"]


@alone
def report(directory, topics=(), *, anonymous=False):
    """Write ``report.html`` into a class directory: one page that asks for nothing else, in light, dark and print.

    The anonymous one is ``report-anonymous.html``, so that neither takes the other's place.

    Parameters
    ----------
    directory : path
        The class directory.
    topics : sequence of str
        The assignments to report on; without any, all that are released.
    anonymous : bool, optional
        Have aliases in the place of ids, the same in each report of this class, and nothing that leads to whose they
        are: no links to files, and examples of code without comments.

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
