"""What is sent in one message: each submission once, for one assignment, and no more than a message holds."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.judging import Job
from autograder.cluster import messages
from autograder.cluster.messages import Sent
from autograder.sandbox.run import Times

HALF = messages.MOST // 2


def sent(topic, size):
    return Sent(None, Job("ann", topic, (), "", "", 0.0, "namespaces", Times()), Path("material"), size)


def test_those_for_one_assignment_go_together_as_far_as_a_message_holds_them():
    due = [
        sent(*each)
        for each in [("toy", HALF), ("other", 1), ("toy", HALF), ("toy", 1), ("toy", 3 * HALF), ("toy", HALF)]
    ]
    sizes = [[each.size for each in together] for together in messages.messages(due)]
    assert sizes == [[HALF, HALF], [1], [3 * HALF], [HALF], [1]]


def test_nothing_is_no_message():
    assert [*messages.messages([])] == []


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 2 * messages.MOST))))
def test_each_goes_once_and_in_order(about):
    due = [sent(*each) for each in about]
    made = [*messages.messages(due)]
    for topic in "ab":
        gone = [each for together in made for each in together if each.job.topic == topic]
        assert gone == [each for each in due if each.job.topic == topic]
    for together in made:
        assert len({each.job.topic for each in together}) == 1
        assert len(together) == 1 or sum(each.size for each in together) <= messages.MOST
