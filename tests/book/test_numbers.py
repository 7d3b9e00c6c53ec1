"""The course in numbers: each chapter's exercises, misconceptions and claims, counted from the pages and the files."""

from autograder import chapter, exercise
from autograder.live.numbers import COLUMNS


def read(row):
    return [int(cell.get_text().replace(",", "")) for cell in row.find_all("td")]


def test_each_chapter_has_its_numbers_and_all_their_sum(pages):
    page = pages["chapters/numbers.html"]
    rows = page.select(".course-numbers tbody tr")
    assert [row.a["href"] for row in rows] == [f"{topic}.html" for topic in chapter.topics()]
    for topic, row in zip(chapter.topics(), rows):
        shown, asked = (
            pages[f"chapters/{topic}.html"],
            [exercise.load(each.exercise) for each in chapter.read(topic).sections],
        )
        supported = shown.select(".cell_output div.claim-supported")
        numbers = dict(zip(COLUMNS, read(row), strict=True))
        assert numbers.pop("seconds of computing") > 0
        assert numbers == {
            "exercises": len(shown.select("section.exercise")),
            "misconceptions": sum(len(each.misconceptions) for each in asked),
            "claims": len(shown.select(".cell_output div.claim")),
            "supported": len(supported),
            "undecided": len(shown.select(".cell_output div.claim-undecided")),
            "against what is often taught": sum(bool(claim.select(".claim-textbook")) for claim in supported),
        }
    total = read(page.select_one(".course-numbers tfoot tr"))
    columns = [sum(column) for column in zip(*(read(row) for row in rows))]
    assert total[:-1] == columns[:-1]
    assert abs(total[-1] - columns[-1]) <= len(rows)  # of rounded seconds
