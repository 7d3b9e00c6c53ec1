"""Pieces of a report in HTML: all text is escaped, and each number leads to the students behind it."""

from html import escape
from urllib.parse import quote

from ...judge.show import coded
from ..layout import shown


class Pieces:
    """Write the pieces that name students: a number links to the list of those behind it, and that to their rows.

    Lists are at the end of the page and show only when one is asked for; they need no script.
    """

    def __init__(self, gathered):
        self.gathered = gathered
        self.rows = {student: f"s{number}" for number, student in enumerate(self.sorted(gathered.names))}
        self._lists = []

    def student(self, student):
        """A student's name, linked to the row with all of their submissions."""
        return f'<a href="#{self.rows[student]}">{text(self.gathered.names[student])}</a>'

    def students(self, students):
        """Names in the order of the page's table."""
        return ", ".join(map(self.student, self.sorted(students)))

    def sorted(self, students):
        """Students in the order of their names, which tells nothing of aliases."""
        return sorted(students, key=lambda student: self.gathered.names[student])

    def number(self, students, words, label=None):
        """How many students, or `label` instead, as a link to who they are; `words` head the list."""
        count = label or f"{len(students)}"
        if not students:
            return count
        self._lists.append((words, tuple(students)))
        return f'<a class="number" href="#l{len(self._lists)}">{count}</a>'

    def lists(self):
        """All lists that were linked to."""
        return "".join(
            f'<aside class="list" id="l{number}" aria-label="{text(words)}"><p><strong>{worded(words)}</strong> '
            f'<a class="close" href="#closed">close</a></p><p>{self.students(students)}</p></aside>'
            for number, (words, students) in enumerate(self._lists, start=1)
        )

    def file(self, student, topic, label):
        """A label as a link to a submission's feedback, or to its graded notebook, if it is there and not anonymous."""
        if self.gathered.anonymous:
            return label
        for step, suffix in (("feedback", "html"), ("autograded", "ipynb"), ("submitted", "ipynb")):
            parts = (step, student, topic, f"{topic}.{suffix}")
            if self.gathered.place.root.joinpath(*parts).exists():
                return f'<a href="{text(quote("/".join(parts)))}">{label}</a>'
        return label

    def submission(self, student, topic):
        """A student's name, linked to a submission, or to the row if all are anonymous."""
        name = text(self.gathered.names[student])
        return self.student(student) if self.gathered.anonymous else self.file(student, topic, name)


def text(words):
    """Return a text as HTML, on one line, with unprintable characters as escapes."""
    return escape(shown(str(words)))


def worded(words):
    """Return the course's own words, such as a check's, as HTML on one line, with code as code."""
    return coded(shown(words))


def title(topic):
    """Return a topic as a heading shows it."""
    return text(topic.replace("_", " ").capitalize())


def code(source):
    """Return a student's code as HTML, line by line."""
    lines = "\n".join(text(line.replace("\t", "    ")) for line in source.splitlines())
    return f'<pre tabindex="0"><code>{lines}</code></pre>'


def percent(share):
    """Return a share as a whole percentage, or a dash for none."""
    return "–" if share is None else f"{100 * share:.0f}%"


def points(value):
    """Return points with two decimals at most."""
    return f"{round(value, 2):g}"


def several(count, one, more=None):
    """Return a number with its word: "1 student", "2 students"."""
    return f"{count} {one if count == 1 else more or one + 's'}"


def table(head, rows, kind):
    """Return a table that scrolls in its own box if it is too wide; cells are HTML."""
    if not rows:
        return ""
    columns = "".join(f'<th scope="col">{each}</th>' for each in head)
    body = "".join(rows)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="table"><table class="{kind}">'
        f"<thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def row(*cells, attributes=""):
    """Return a table's row, headed by its first cell."""
    first, *rest = cells
    return f'<tr{attributes}><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>'
