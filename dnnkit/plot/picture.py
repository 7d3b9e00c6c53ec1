"""A picture of one or more panels, for a page and for a notebook, wide and narrow."""

from html import escape

from dnnkit import _inputs
from dnnkit.claim.prose import first_sentence, typeset
from dnnkit.plot import labels
from dnnkit.plot.axis import Axis
from dnnkit.plot.panel import Margins, Panel
from dnnkit.plot.style import FONT, LINE, words, wrapped

WIDE, NARROW = 720, 360  # px
_GAP = 18  # px between panels


class Picture:
    """Panels in rows, under one legend; shows itself in a page and in a notebook, as a figure with a caption.

    It is drawn twice, with letters of one size: a page shows the wide or the narrow drawing, by the room that it has,
    and a notebook the wide one. Both take the page's colours, where it sets some, and the colour of the text around.

    Parameters
    ----------
    panels : sequence of panels
    columns : int
        Panels in a row, where there is room.
    title : str
        Above all panels.
    caption : str
        Its first sentence is the finding. Mathematics stands between dollar signs, code between backticks.
    alt : str
        The picture in words, for those who do not see it; made of the caption or the axes where there is none.
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
        wide = self._svg(WIDE, f"display:block;width:100%;max-width:{1.2 * WIDE:.0f}px;height:auto", "wide")
        narrow = self._svg(NARROW, "display:none;width:100%;height:auto", "narrow")
        finding, rest = first_sentence(self.caption.strip())
        said = f"<strong>{typeset(finding)}</strong> {typeset(rest)}".strip() if finding else ""
        note = f"<small>{typeset(self.note)}</small>" if self.note else ""
        caption = f"<figcaption>{said} {note}</figcaption>" if said or note else ""
        return f'<figure class="plot" style="margin:1em 0">{wide}{narrow}{caption}</figure>'

    def svg(self, width=WIDE):
        """The picture as SVG, so many pixels wide; one drawing of it, which may be saved as a file."""
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
        parts, y = [], 0.0
        for line in wrapped(self.title, width):
            y += LINE
            parts.append(words(line, 0, y - 4, more=' class="title" font-weight="600"'))
        y += 6 if self.title else 0
        marks = labels.named(mark for panel in self.panels for mark in panel.marks)
        columns, each = self._columns(width)
        if len(self.panels) == len(self.panels[:1]) == 1 and len(marks) > 1:
            drawn = self._labelled(marks, each)
            if drawn is not None:
                return "".join([*parts, _moved(drawn[0], 0, y)]), y + drawn[1]
        if len(marks) > 1:
            key, high = labels.legend(marks, width)
            parts.append(_moved(key, 0, y))
            y += high + 8
        margins, height = self._frame(each)
        high = margins.top + height + margins.bottom
        left = (width - columns * each - (columns - 1) * _GAP) / 2
        for index, panel in enumerate(self.panels):
            row, column = divmod(index, columns)
            place = left + column * (each + _GAP), y + row * (high + _GAP)
            parts.append(_moved(panel.draw(each, height, margins), *place))
        rows = -(-len(self.panels) // columns)
        return "".join(parts), y + rows * high + (rows - 1) * _GAP

    def _columns(self, width):
        """How many panels stand in a row, and how wide each is."""
        columns = min(self.columns, len(self.panels))
        narrowest = max(panel.narrowest for panel in self.panels)
        while columns > 1 and (width - _GAP * (columns - 1)) / columns < narrowest:
            columns -= 1
        widest = min(panel.widest for panel in self.panels)
        return columns, min((width - _GAP * (columns - 1)) / columns, widest)

    def _frame(self, width, right=0.0):
        """The margins that do for all panels, and the height between the axes."""
        height = max(panel.inner_height(0.85 * width) for panel in self.panels)
        for _ in range(2):  # how wide texts at the axes are depends on how many fit, and that on the height
            margins = self._margins(width, height, right)
            height = max(panel.inner_height(width - margins.left - margins.right) for panel in self.panels)
        return self._margins(width, height, right), height

    def _margins(self, width, height, right):
        margins = Margins(*map(max, zip(*(panel.margins(width, height) for panel in self.panels))))
        return margins._replace(right=max(margins.right, right))

    def _labelled(self, marks, width):
        """The drawing of a single panel with labels at the ends of its lines, and its height, if they fit there."""
        (panel,) = self.panels
        needs = labels.margin(marks)
        if needs > labels.WIDEST * width:
            return None
        margins, height = self._frame(width, needs)
        drawn = panel.draw(width, height, margins, labelled=True)
        return None if drawn is None else (drawn, margins.top + height + margins.bottom)

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
        Their panels are taken, and what each says of its bands; their own captions are not.
    columns : int or None
        Panels in a row, where there is room; None for all of them.
    sharex, sharey : bool
        Whether all panels have the same horizontal, or vertical, axis.
    title, caption, alt : str
        Of the whole, as of :class:`Picture`.

    Returns
    -------
    Picture

    Raises
    ------
    TypeError
        If one of `pictures` is no Picture.
    ValueError
        If there is none, or axes of different scales are to be the same.

    Examples
    --------
    >>> from dnnkit import plot
    >>> slow, fast = (plot.lines([1, 2, 3], {"loss": loss}, xlabel="step", ylabel="loss", title=title)
    ...               for title, loss in (("rate 0.01", [3, 2.9, 2.8]), ("rate 0.1", [3, 2, 1])))
    >>> beside(slow, fast, sharey=True)
    Figure: loss against step: rate 0.01, rate 0.1
    """
    if not pictures:
        raise ValueError("pictures must hold one at least, got none")
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
    whole = all(axis.whole for axis in axes)
    low, high = min(axis.low for axis in axes), max(axis.high for axis in axes)
    return [panel.with_axis(side, Axis(low, high, log=axes[0].log, whole=whole)) for panel in panels]


def _moved(content, x, y):
    return f'<g transform="translate({x:.1f} {y:.1f})">{content}</g>'
