"""The quiz at the end of a chapter: questions that readers answer for themselves, with feedback on every answer.

``$`` marks mathematics and backticks mark code, in questions, answers and feedback. An answer to choose from is a tuple
``(text, whether it is right, feedback)``.
"""


def quiz(*questions):
    """Show questions, made by :func:`question`, :func:`mark_all` or :func:`number`, as a form.

    Examples
    --------
    >>> quiz(question("Is 2 prime?", ("Yes", True, "The only even one."), ("No", False, "What divides it?")))
    <IPython.core.display.HTML object>
    <IPython.core.display.Javascript object>
    """
    from jupyterquiz import display_quiz  # comes with the book; only making questions does not need it

    display_quiz(list(questions))


def question(text, *answers):
    """Return a question with exactly one right answer.

    Examples
    --------
    >>> asked = question("Is 2 prime?", ("Yes", True, "The only even one."), ("No", False, "What divides it?"))
    >>> asked["answers"][0]
    {'answer': 'Yes', 'correct': True, 'feedback': 'The only even one.'}
    """
    return _choices(text, "multiple_choice", answers)


def mark_all(text, *answers):
    """Return a question with one or more right answers, all of which are to be marked.

    Examples
    --------
    >>> asked = mark_all("Which are prime?", ("2", True, "Yes."), ("3", True, "Yes."), ("4", False, "2 divides it."))
    >>> [answer["correct"] for answer in asked["answers"]]
    [True, True, False]
    """
    return _choices(text, "many_choice", answers)


def number(text, *answers, otherwise):
    """Return a question whose answer is a number.

    Parameters
    ----------
    text : str
    *answers : (value, whether it is right, feedback)
        The right number, and wrong ones that deserve their own feedback.
    otherwise : str
        Feedback on any other number.

    Examples
    --------
    >>> asked = number("What is the square root of 9?", (3, True, "3 times 3."), otherwise="Which square is 9?")
    >>> [answer["type"] for answer in asked["answers"]]
    ['value', 'default']
    """
    values = [
        {"type": "value", "value": value, "correct": right, "feedback": said} for value, right, said in _whole(answers)
    ]
    return {"question": text, "type": "numeric", "answers": [*values, {"type": "default", "feedback": otherwise}]}


def _choices(text, kind, answers):
    keys = ("answer", "correct", "feedback")
    return {"question": text, "type": kind, "answers": [dict(zip(keys, answer)) for answer in _whole(answers)]}


def _whole(answers):
    for answer in answers:
        if not isinstance(answer, tuple) or len(answer) != 3:
            raise ValueError(f"each answer must be (answer, whether it is right, feedback), got {answer!r}")
    return answers
