"""Measurements as text, as HTML and as plain data."""

import html
import math


def plain(value):
    """Text, bools, numbers, lists, dicts and None only: NaN becomes None, and infinity becomes text, as in "inf"."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return value


def short(value):
    """A cell of a table: three digits of a number, a dash for NaN."""
    if isinstance(value, float):
        return "-" if math.isnan(value) else f"{value:.3g}"
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)


def as_text(titles, rows, *, words):
    """A table in columns, the first `words` of which are flush left, without spaces at the ends of lines."""
    table = [titles, *(tuple(map(short, row)) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table)]
    lines = (
        "  ".join(
            cell.ljust(width) if k < words else cell.rjust(width) for k, (cell, width) in enumerate(zip(row, widths))
        )
        for row in table
    )
    return "\n".join(map(str.rstrip, lines))


def as_html(titles, rows, *, words, caption):
    """The same for a notebook; any markup in a name stays text."""
    head = "".join(f"<th>{html.escape(title)}</th>" for title in titles)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td style="text-align: {"left" if k < words else "right"}">{html.escape(short(cell))}</td>'
            for k, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    top = f'<caption style="caption-side: top; text-align: left">{html.escape(caption)}</caption>'
    return f"<table>{top}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
