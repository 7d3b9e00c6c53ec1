"""Explain when scaling new data by its own statistics is harmless, when it is fatal, and how to find out."""

points = 4
hints = (
    "Ask what the network learned a number to mean, and what happens to that meaning on another scale.",
    "Compare two batches: one that is mixed as the training data is, and one in which all cases are alike.",
    "A dev set that is shuffled has the same statistics as the training data. Which dev batches would tell the two "
    "apart?",
)
rubric = (
    (1, "Names the principle: mean and standard deviation are part of the model, fixed on the training data."),
    (1, "Says why the shuffled dev set did not show it: its statistics are nearly those of the training data."),
    (
        1,
        "Says when it is fatal: a batch of one kind, or a small one, loses what sets it apart; alone, a case becomes "
        "all 0.",
    ),
    (
        1,
        "Proposes a test that would show it: dev batches composed as in use (one clinic, one class, one image), both "
        "ways.",
    ),
)
anchors = (
    (
        4,
        "The network learned weights for numbers on the training scale, so mean and standard deviation belong to the "
        "model and stay fixed. On the shuffled dev set each batch has nearly the same mean and deviation as the "
        "training data; the two ways then agree, and the equal errors prove nothing. A clinic that sends only severe "
        "cases has another mean. Subtracting it makes severe look average, and a single image becomes zero "
        "everywhere. I would score the same dev images in batches as they will arrive (by clinic, by class, one by "
        "one) with both scalings, and compare the errors.",
    ),
    (
        2,
        "You must use the training mean and standard deviation because otherwise information leaks from the dev set "
        "and the dev error is too good. If a clinic has other patients, its mean is different from the training "
        "mean, so the inputs are changed and the network makes more mistakes. It worked on the dev set because that "
        "was shuffled, and so its mean is the same as in training.",
    ),
)
mistakes = (
    "Calls it a leak that makes the dev error too good, and misses that predictions change with the company of a case.",
    "Says that own statistics are always wrong, and cannot explain why the dev error hardly moved.",
    "Proposes more training data or a larger dev set of the same mix, which would not show the fault.",
)
