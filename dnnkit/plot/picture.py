"""A picture of one or more panels, for a page and for a notebook, wide and narrow."""

from html import escape

from dnnkit import _inputs
from dnnkit.claim.prose import first_sentence, typeset
from dnnkit.plot import labels
from dnnkit.plot.axis import Axis
from dnnkit.plot.panel import Margins, Panel, moved, titled
from dnnkit.plot.style import FONT

WIDE, NARROW = 720, 360  # px
_GAP = 18  # px between panels


class Picture:
    """Panels in rows, under one legend; displays itself on a page and in a notebook, as a figure with a caption.

    It is drawn twice, with letters of the same size: a page shows the wide or the narrow drawing, depending on the room
    it has, and a notebook the wide one. Both take the page's colours, if it sets any, and the colour of the surrounding
    text.

    Parameters
    ----------
    panels : sequence of panels
    columns : int
        Panels in a row, where there is room.
    title : str
        Above all panels.
    caption : str
        Its first sentence is the finding. Mathematics goes between dollar signs, code between backticks.
    alt : str
        The picture in words, for those who cannot see it; made from the caption or the axes if there is none.
    note : str
        What belongs under every caption, such as what a band is.

    Examples
    --------
    >>> from dnnkit import plot
    >>> picture = plot.lines([1, 2], {"train": [3, 2], "dev": [3, 3]}, xlabel="epoch", ylabel="loss")
    >>> picture
    Figure: loss against epoch: train, dev
    """

    def __init__(self, panels, *, columns=1, title="", caption="", alt="", note=""):
        for name, value in (("title", title), ("caption", caption), ("alt", alt)):
            if not isinstance(value, str):
                raise TypeError(f"{name} must be text, got {type(value).__name__}")
        self.panels, self.columns = tuple(panels), _inputs.count("columns", columns)
        self.title, self.caption, self.note = title, caption, note
        self.alt = " ".join((alt or caption or self._made()).split())

    def __repr__(self):
        return f"Figure: {self.alt}"

    def _repr_html_(self):
        shown = f"width:100%;max-width:{1.2 * WIDE:.0f}px;height:auto;overflow:visible"
        wide = self._svg(WIDE, f"display:block;{shown}", "wide")
        narrow = self._svg(NARROW, f"display:none;{shown}", "narrow")
        finding, rest = first_sentence(self.caption.strip())
        said = f"<strong>{typeset(finding)}</strong> {typeset(rest)}".strip() if finding else ""
        note = f"<small>{typeset(self.note)}</small>" if self.note else ""
        caption = f"<figcaption>{said} {note}</figcaption>" if said or note else ""
        drawings = f'<div class="plot-drawings">{wide}{narrow}</div>'
        return f'<figure class="plot" style="margin:1em 0">{drawings}{caption}</figure>'

    def svg(self, width=WIDE):
        """The picture as SVG, `width` pixels wide: a single drawing, which may be saved as a file."""
        return self._svg(_inputs.number("width", width, low=200), "", "drawing")

    def _svg(self, width, style, form):
        content, height = self._drawn(width)
        style = f' style="{style}"' if style else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="plot-{form}" viewBox="0 0 {width:g} {height:.0f}" '
            f'role="img" aria-label="{escape(self.alt)}" font-size="{FONT}" fill="currentColor"{style}>{content}</svg>'
        )

    def _drawn(self, width):
        """The content of a drawing, and its height."""
        title, y = titled(self.title, width)
        parts, y = [title], y + 6 if title else 0.0
        named = [[mark.name for mark in labels.named(panel.marks)] for panel in self.panels]
        if len(self.panels) > 1 and len(named[0]) > 1 and all(names == named[0] for names in named):
            key, high = labels.legend(self.panels[0].marks, width)  # one for all
            parts.append(moved(key, 0, y))
            y, places = y + high + 8, ("",)
        else:
            places = ("ends", "key") if len(self.panels) == 1 else ("key",)
        for names in places:
            rows, high = self._rows(width, names)
            if rows is not None:
                break
        return "".join([*parts, moved(rows, 0, y)]), y + high

    def _rows(self, width, names):
        """All panels, with their names at a place, and the height of it all; None if the names do not fit there."""
        columns, each = self._columns(width)
        rows = [self.panels[start : start + columns] for start in range(0, len(self.panels), columns)]
        frames = _frames(rows, each, names)
        if names == "ends" and frames[0][0].right > labels.WIDEST * width:
            return None, 0.0
        left, y, parts = (width - columns * each - (columns - 1) * _GAP) / 2, 0.0, []
        for row, (margins, height) in zip(rows, frames):
            for column, panel in enumerate(row):
                drawn = panel.draw(each, height, margins, names)
                if drawn is None:
                    return None, 0.0
                parts.append(moved(drawn, left + column * (each + _GAP), y))
            y += margins.top + height + margins.bottom + _GAP
        return "".join(parts), y - _GAP

    def _columns(self, width):
        """How many panels go in a row, and how wide each is."""
        columns = min(self.columns, len(self.panels))
        narrowest = max(panel.narrowest for panel in self.panels)
        while columns > 1 and (width - _GAP * (columns - 1)) / columns < narrowest:
            columns -= 1
        widest = min(panel.widest for panel in self.panels)
        return columns, min((width - _GAP * (columns - 1)) / columns, widest)

    def _made(self):
        """A description from what is written in the picture."""
        panel = self.panels[0]
        titles = [title for each in self.panels if (title := each.title)] if len(self.panels) > 1 else []
        names = [mark.name for mark in labels.named(mark for each in self.panels for mark in each.marks)]
        axes = " against ".join(filter(None, (panel.ylabel, panel.xlabel)))
        about = ", ".join(dict.fromkeys([*titles, *(names if len(names) > 1 else ())]))
        return self.title or ": ".join(filter(None, (axes, about))) or "a picture without a description"


def beside(*pictures, columns=None, sharex=False, sharey=False, title="", caption="", alt=""):
    """Several pictures as one, side by side where there is room, with one legend.

    Parameters
    ----------
    pictures : Picture
        Their panels are taken, and what each says about its bands; their own captions are not.
    columns : int or None
        Panels in a row, where there is room; None for all of them.
    sharex, sharey : bool
        Whether all panels have the same horizontal, or vertical, axis.
    title, caption, alt : str
        Of the whole, as for :class:`Picture`.

    Returns
    -------
    Picture

    Raises
    ------
    TypeError
        If one of `pictures` is not a Picture.
    ValueError
        If there are none, or axes of different scales are to be the same.

    Examples
    --------
    >>> from dnnkit import plot
    >>> slow, fast = (plot.lines([1, 2, 3], {"loss": loss}, xlabel="step", ylabel="loss", title=title)
    ...               for title, loss in (("rate 0.01", [3, 2.9, 2.8]), ("rate 0.1", [3, 2, 1])))
    >>> beside(slow, fast, sharey=True)
    Figure: loss against step: rate 0.01, rate 0.1
    """
    if not pictures:
        raise ValueError("pictures must hold at least one, got none")
    for index, picture in enumerate(pictures):
        if not isinstance(picture, Picture):
            raise TypeError(f"pictures[{index}] must be a Picture, got {type(picture).__name__}")
    panels = [panel for picture in pictures for panel in picture.panels]
    if _inputs.boolean("sharex", sharex):
        panels = shared(panels, "across")
    if _inputs.boolean("sharey", sharey):
        panels = shared(panels, "up")
    notes = dict.fromkeys(picture.note for picture in pictures if picture.note)
    columns = len(panels) if columns is None else columns
    return Picture(panels, columns=columns, title=title, caption=caption, alt=alt, note=" ".join(notes))


def shared(panels, side):
    """The panels with one axis in common: "across" or "up"."""
    if not all(isinstance(panel, Panel) for panel in panels):
        raise ValueError("only panels with axes can share one")
    axes = [getattr(panel, side) for panel in panels]
    if len({axis.log for axis in axes}) > 1:
        raise ValueError("axes that are shared must have one scale, got linear and log")
    wholes = [axis.whole for axis in axes if axis.whole]
    whole = (min(wholes)[0], max(end for _, end in wholes)) if len(wholes) == len(axes) else None
    low, high = min(axis.low for axis in axes), max(axis.high for axis in axes)
    return [panel.with_axis(side, Axis(low, high, log=axes[0].log, whole=whole)) for panel in panels]


def _frames(rows, width, names):
    """For each row of panels, the margins that suit all of it, and the height between the axes.

    Left and right they are the same in all rows, so that panels line up.
    """
    heights = [max(panel.inner_height(0.85 * width) for panel in row) for row in rows]
    for _ in range(2):  # how wide texts at the axes are depends on how many fit, and that on the height
        margins = _margins(rows, width, heights, names)
        inner = width - margins[0].left - margins[0].right
        heights = [max(panel.inner_height(inner) for panel in row) for row in rows]
    return list(zip(_margins(rows, width, heights, names), heights))


def _margins(rows, width, heights, names):
    each = [
        Margins(*map(max, zip(*(panel.margins(width, height, names) for panel in row))))
        for row, height in zip(rows, heights)
    ]
    left, right = max(margins.left for margins in each), max(margins.right for margins in each)
    return [margins._replace(left=left, right=right) for margins in each]
