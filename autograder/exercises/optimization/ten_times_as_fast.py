"""Judge a report: momentum is said to be ten times as fast, and Adam to be better still."""

points = 2
words = 120
hints = (
    "Which of the three settings of each run was chosen for that run, and which was carried over?",
    "By what factor does the length of a step change when momentum 0.9 is added and the rate stays?",
    "How does the chapter compare optimizers? Which two things does each of them get?",
)
rubric = (
    (0.5, "Says that the rate was chosen for one optimizer and carried over to the others, so that the comparison is "
        "one of rates and not of optimizers."),
    (0.5, "Says that momentum 0.9 at the same rate makes steps up to ten times as long (the rate over 1 - β), so that "
        "'ten times as fast' is what a tenfold rate would have done as well."),
    (0.5, "Asks for a fair comparison: each optimizer at its own rate, chosen on dev, over several seeds."),
    (0.5, "Names what must be equal or reported: the budget in steps or epochs, the schedule, and the score that is "
        "read."),
)  # fmt: skip
anchors = (
    (
        2,
        "The rate 0.001 was chosen for Adam and carried over. For plain gradient descent it is far too small, so the "
        "table compares rates and not optimizers. Momentum 0.9 at the same rate makes steps up to 1/(1 - 0.9) = 10 "
        "times as long: its gain is what gradient descent would show at 0.01. I would give each optimizer the same "
        "number of rates, let each choose its own on dev, over five seeds or more, with the same number of epochs and "
        "the same schedule, and then read the test error.",
    ),
    (
        1,
        "The learning rate should be tuned for every optimizer, because Adam needs a smaller learning rate than "
        "gradient descent. One should also use more than one seed.",
    ),
)
mistakes = (
    "Says that Adam is better because it adapts its learning rate, without looking at the rates.",
    "Asks for the same rate for all optimizers, because that would be fair.",
    "Says that momentum speeds up every training tenfold.",
)
