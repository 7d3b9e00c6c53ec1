"""A claim as a picture: the sentence with its mathematics, a badge, and a strip with the seeds on it."""

import html as markup
import math
import re
import zlib

from dnnkit.claim.prose import typeset

WIDTH, HEIGHT = 120, 20
_MARGIN = 4


def html(claim):
    """Return the box of a :class:`dnnkit.claim.Claim`; its look comes from the page's style sheet, if there is one."""
    name = anchor(claim.sentence)
    taught = f'<p class="claim-textbook">Often taught: {typeset(claim.textbook)}</p>' if claim.textbook else ""
    return (
        f'<div class="claim claim-{claim.verdict}" id="{name}">'
        f'<p><strong class="claim-badge">{claim.verdict.capitalize()}</strong> {typeset(claim.sentence)} '
        f'<a class="claim-anchor" href="#{name}" title="Link to this claim">#</a></p>'
        f'<p class="claim-measured">{strip(claim)} <small>Measured '
        f'<data value="{claim.mean!r}">{markup.escape(claim.figures)}</data>; '
        f"expected {markup.escape(claim.expected)}.</small></p>{taught}</div>"
    )


def anchor(sentence):
    """A name to link to, the same in each build.

    >>> anchor("Dropout lowers the test error.")
    'claim-dropout-lowers-the-test-error'
    """
    words = re.findall(r"[a-z0-9]+", sentence.lower())
    name = "-".join(["claim", *words[:10]])
    # What the words leave out (mathematics, further words) still tells two sentences apart.
    whole = len(words) <= 10 and not re.search(r"[^\w\s.,;:'’-]", sentence)
    return name if whole else f"{name}-{zlib.crc32(sentence.encode()):08x}"


def strip(claim):
    """The seeds as dots, the interval as a bar and its mean as a tick, the bounds as lines, on one axis."""
    bounds = [bound for bound in claim.bounds if math.isfinite(bound)]
    marks = [*claim.values.tolist(), claim.low, claim.high, *bounds]
    left, right = min(marks), max(marks)

    def x(number):
        share = (number - left) / (right - left) if right > left else 0.5
        return f"{_MARGIN + share * (WIDTH - 2 * _MARGIN):.1f}"

    def line(number, top, style):
        return f'<line x1="{x(number)}" x2="{x(number)}" y1="{top}" y2="{HEIGHT - top}" {style}/>'

    middle = HEIGHT // 2
    colour = 'stroke="var(--course-measured, currentColor)"'
    write = claim.numerals
    alt = (
        f"{claim.n} seeds from {write(claim.values.min())} to {write(claim.values.max())}{write.power}; "
        f"interval and mean as in the text; expected {claim.expected}."
    )
    return (
        f'<svg class="claim-strip" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{markup.escape(alt)}" style="vertical-align: middle">'
        + "".join(line(bound, 0, 'stroke="currentColor" stroke-dasharray="3 2"') for bound in bounds)
        + f'<line x1="{x(claim.low)}" x2="{x(claim.high)}" y1="{middle}" y2="{middle}" {colour} '
        'stroke-width="8" stroke-opacity="0.35"/>'
        + line(claim.mean, 5, f'{colour} stroke-width="2"')
        + "".join(
            f'<circle cx="{x(value)}" cy="{middle}" r="2" fill="currentColor" fill-opacity="0.7"/>'
            for value in claim.values.tolist()
        )
        + "</svg>"
    )
