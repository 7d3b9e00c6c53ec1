"""Judge a comparison that finds dropout harmful, in words."""

points = 4
hints = (
    "For which of the two networks were the learning rate and the number of epochs chosen?",
    "What does dropout do to the speed of learning, and where on its curve was the network with dropout stopped?",
    "Say which settings each side should get, on which data they are chosen, and how sure the result then is.",
)
rubric = (
    (1, "Names the fault: learning rate and epochs were chosen for the network without dropout and forced on the "
        "other."),
    (1, "Explains why that hurts: with dropout the gradient is noisier and only part of the neurons learns at a "
        "step, so it needs more steps or another rate, and was stopped while it still improved."),
    (1, "Proposes the fair measurement: each side gets its own learning rate and epochs, chosen on dev, on several "
        "seeds, with the paired difference and its uncertainty."),
    (1, "Keeps the conclusion within the evidence: eight seeds make the result for these settings sure, not the "
        "general sentence; a fair result holds for this network and amount of data, or stays undecided."),
)  # fmt: skip
anchors = (
    (
        4,
        "Rate and epochs were chosen on dev for the network without dropout, then forced on the one with it. Dropout "
        "makes gradients noisier and trains half of the neurons at each step, so it learns more slowly: after 60 "
        "epochs it was probably still improving, so a finished network was compared with an unfinished one. I would "
        "search rate and epochs for each side on dev, with the same effort, then read test once, on the same eight "
        "seeds, and report the mean paired difference with its interval. The eight seeds do show that dropout is worse "
        "at these settings, not at others; my result would hold for this network and 100 examples, and might be "
        "undecided.",
    ),
    (
        2,
        "The learning rate and the number of epochs were picked without dropout, so the comparison is unfair to "
        "dropout. One should tune both networks separately on the dev set, with several seeds, and compare the mean "
        "difference and its interval. Then we would see that dropout works.",
    ),
)
mistakes = (
    "Asks only for more seeds: the difference is already sure on eight, it is the question that is wrong.",
    "Chooses the settings of each side on the test set, so that both are flattered.",
    "Concludes that dropout helps, from the fault in the comparison alone and without a measurement.",
)
