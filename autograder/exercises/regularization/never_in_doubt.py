"""Judge, in words, what a report concludes from a dev error that a penalty leaves unchanged."""

points = 2
words = 120
hints = (
    "Which of the three numbers did the report look at for its conclusion, and which one does the rule use?",
    "What share of the letters that go through unseen is wrong, without the penalty and with it? What was promised?",
    "The confidence can be corrected after training: what could be fitted on dev without changing a single answer?",
)
rubric = (
    (0.5, "Says that the dev error is indeed undecided: 0.3 points is less than its standard error, and shows neither "
        "a gain nor that there is none."),
    (0.5, "Says that error and calibration are two measurements: which probability is the largest hardly changes, how "
        "large it is does; the penalty changed the second."),
    (0.5, "Reads the numbers that matter for the rule: of the letters above 95% eight in a hundred are wrong without "
        "the penalty, where five at most were promised, and three with it, at the price of more letters for people."),
    (0.5, "Proposes a measurement or a remedy: a reliability diagram on dev with right labels, or a temperature fitted "
        "on dev, compared with the penalty; or a threshold that is chosen on dev."),
)  # fmt: skip
anchors = (
    (
        2,
        "A change of 0.3 ± 0.6 points says nothing about the error either way. But the rule does not use the error: it "
        "uses the confidence. Without the penalty 8% of what passes unseen is wrong, though the threshold promises at "
        "most 5%; with it 3%. So the penalty did do something, to calibration, which is a different measurement from "
        "the error. Its price is that 72% instead of 88% of the letters pass without a person. I would draw both "
        "reliability diagrams on dev, and fit a temperature to the old network as well: it changes no answer, costs "
        "nothing, and may do the same.",
    ),
    (
        1,
        "The penalty is good, because the confident letters have fewer errors now, 3% and not 8%. They should use it. "
        "The dev error is also lower with it.",
    ),
)
mistakes = (
    "Takes 0.3 points for a gain, or for a proof that there is none.",
    "Says that a better calibrated network must have a smaller error.",
    "Compares the shares that pass unseen as if more were better in itself.",
)
