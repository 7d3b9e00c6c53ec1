"""A talk within one process whose messages become bytes, as they do over a pipe."""

from autograder.judge.answering import AnswerSide
from autograder.judge.handed import JudgeTable
from autograder.judge.lent import LentTable
from autograder.judge.shared import Table
from autograder.judge.standin import JudgeSide


def in_frames(answer, lending=False):
    """Return the judge's side of a talk; `in_memory` is the same without bytes."""
    judges, answers = (LentTable, LentTable) if lending else (JudgeTable, Table)
    judge, its = JudgeSide(table=judges), AnswerSide(answer, table=answers)
    judge.exchange, its.exchange = its.handle_in_turn, judge.handle
    return judge
