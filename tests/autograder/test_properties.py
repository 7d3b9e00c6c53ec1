"""Each sentence of a prompt has a public check: gaps, and sentences that no check covers, are found."""

import pytest

from autograder import chapter, exercise
from autograder.audit import properties
from tests.autograder import exercises as toys

NAMES = "from autograder.authoring import "
COVERED = """
covers = {
    "returns each number": check_doubles,
    "stays as it was": (check_keeps_its_input, check_doubles),
    "A thousand": "no answer is asked for it",
}
"""
MARKS = [
    ("@hidden\n", "@hidden(like=check_doubles)\n"),
    ("def check_doubles", "@core\ndef check_doubles"),
    (
        '@alternative("a loop")',
        '@neighbour("one")\ndef one(x, *, times=2): return x\n@neighbour("two")\ndef two(x, *, times=2): return -x\n'
        '@alternative("a loop")',
    ),
    (NAMES, NAMES + "core, neighbour, "),
    ("which returns each number of `x` times *two*.", "which returns\neach *number*."),
    (
        "    ...   # your code here",
        '    """A thousand is e.g. `1. 000`. The input stays as it was."""\n    ...   # your code here',
    ),
    ("caught_by=check_uses_times", "caught_by=check_doubles"),
]  # fmt: skip


@pytest.fixture
def problems(course_of_toys):
    """A function that returns the problems of a covered course of toys, with changes made to it and to its `covers`."""

    def say(*changes, covers=COVERED):
        exercise._load.cache_clear()
        root = course_of_toys(*MARKS)
        path = root / "autograder" / "exercises" / "toys" / "double.py"
        path.write_text(path.read_text() + covers)
        for file in (path, root / "chapters" / "toys.md"):
            text = file.read_text()
            for old, new in changes:
                text = text.replace(old, new)
            file.write_text(text)
        section = chapter.read("toys", root).sections[0]
        return list(properties.problems(exercise.load("toys/double", root / "autograder" / "exercises"), section))

    return say


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([], None),
        ([("each *number*.", "each *number*. Lists are taken, too.")], "no phrase of 'Lists are taken, too.'; name"),
        ([("stays as it was.", "stays as it was. None is refused.")], "covers has no phrase of 'None is refused.'"),
        ([("each *number*.", "each *number*.\n\n- One.")], "covers has no phrase of 'One.'"),
        ([("each *number*.", "each *number*.\n\n| a | b |\n|---|---|\n| 1 | 2 |")], "covers has no phrase of 'a b'"),
        ([("each *number*.", "each *number*.\n\n    an indented example. Yes.\n\n```\nfenced.\n```")], None),
        ([("each *number*.", "each *number*, for $x. Y$ of shape (n,).")], None),
        ([("each *number*.", "each _number_ ([see](there)).")], None),
        ([('"returns each number"', '"returns every number"')], "'returns every number' is in no sentence of the"),
        ([('"returns each number"', '"**returns**  each\\n `number`"')], None),
        ([("(check_keeps_its_input, check_doubles)", "check_uses_times")], "covered by check_uses_times, which is not"),
        ([("(check_keeps_its_input, check_doubles)", "max")], "covered by max, which is not a public check"),
        ([("(check_keeps_its_input, check_doubles)", "check_doubles")], "check_keeps_its_input for no phrase"),
        ([('"no answer is asked for it"', '""')], "'A thousand' has an empty reason"),
        ([("@hidden(like=check_doubles)", "@hidden")], "check_uses_times is hidden and not like a public check"),
        ([('"Squaring is not doubling.", caught_by=check_doubles', '"A.", caught_by=check_uses_times')],
         "squared is caught by check_uses_times, which is hidden"),
        ([("@core\n", "")], "exactly one check must be the core one (@core)"),
        ([('@neighbour("one")\n', "")], "an exercise has 2 neighbours (@neighbour); this one has 1"),
    ],
)  # fmt: skip
def test_a_gap_is_told(problems, changes, said):
    found = problems(*changes)
    assert found == [] if said is None else any(said in line for line in found), found


def test_an_exercise_without_covers_has_a_gap_at_each_sentence(problems):
    found = problems(covers="")
    assert sum(line.startswith("covers has no phrase of") for line in found) == 3
    assert sum("for no phrase" in line for line in found) == 2


@pytest.mark.parametrize(("most", "fine"), [(None, True), (20, True), (30, False)])
def test_the_prompt_of_a_test_says_how_many_calls_it_may_make(tmp_path, most, fine):
    toys.write(tmp_path, "noisy", toys.NOISY)
    text = toys.TEST.format(tested="noisy", solution="assert specimen")
    text += f"most_calls = {most}\n" if most else ""
    made = exercise.load(toys.write(tmp_path, "test_noisy", text), root=tmp_path)
    cell = chapter.Cell("markdown", "Write it. It may make at\nmost 20 calls.", (), 1)
    section = chapter.Section("toys/test_noisy", "", "text", (cell,), cell)
    said = f"the prompt does not say that a test may make at most {most} calls; write it, or set most_calls"
    assert list(properties.problems(made, section)) == ([] if fine else [said])


def test_a_hidden_check_is_like_a_public_one(problems):
    twin = "def check_uses_times"
    again = '@hidden(like=check_uses_times)\ndef check_again(double, rng):\n    """Again."""\n\n'
    found = problems(covers=COVERED.replace("\ncovers", again + "covers"))
    assert found == ["check_again is like check_uses_times, which is not a public check"], twin


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two? Three! four.", ["One.", "Two?", "Three! four."]),
        ("The value is 0.5. `a. B` is code.", ["The value is 0.5.", "a. B is code."]),
        ("See e.g. Adam (it works). Then $a. B$ and\n$$\nC. D\n$$\nend.",
         ["See e.g. Adam (it works).", "Then $a. B$ and $$ C. D $$ end."]),
        ("# Heading.\n\nText:\n\n1. First\n2. *Second* one.", ["Text:", "First", "Second one."]),
        ('Write it.\n\n$$ a. B $$\n\n`hint("toys/double")` gives a hint.', ["Write it."]),
        ("`f(a, *, b)` and **never** *any* g_h_i, _no_ `c * d`.", ["f(a, *, b) and never any g_h_i, no c * d."]),
        ("He said “No.” Then left.", ["He said “No.”", "Then left."]),
    ],
)  # fmt: skip
def test_sentences_are_divided(text, sentences):
    cell = chapter.Cell("markdown", text, (), 1)
    section = chapter.Section("toys/why", "", "text", (cell,), cell)
    assert properties.sentences(section, "why") == sentences
