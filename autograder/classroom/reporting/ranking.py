"""A report's section on the class board: right answers to one exercise, by how good they are and what they cost."""

from ..board import COST, ERROR
from .parts import points, row, table, text


def ranking(pieces, topic):
    """Return the boards of an assignment's exercises, or nothing if none has one."""
    parts = [_board(pieces, *each) for each in pieces.gathered.boards.items() if each[0].startswith(f"{topic}/")]
    return f"<h3>Board</h3>{''.join(parts)}" if parts else ""


def _board(pieces, exercise, places):
    rows = [
        row(
            str(each.place),
            pieces.student(each.student),
            f"{each.numbers[ERROR]:.4g}",
            points(each.numbers[COST]),
            "yes" if each.front else "",
        )
        for each in places
    ]
    caption = (
        f'<p class="caption">{text(exercise)}, from the lowest error up. On the front are those whom nobody beats: no '
        "other answer has as low an error at as low a cost.</p>"
    )
    return f"{table(('Place', 'Student', ERROR, COST, 'on the front'), rows, 'plain')}{caption}"
