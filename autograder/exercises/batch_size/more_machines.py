"""Judge a plan: sixteen machines, and a run that is to take a sixteenth of the time."""

points = 2
words = 120
hints = (
    "What does a batch sixteen times as large change in a single step, and what does it leave as it is?",
    "Compare the batch sizes with the noise scale that the team has measured: on which side of it are they?",
    "Steps, examples and seconds are three answers to the question of what the run costs. Which of them did the team "
    "count?",
)
rubric = (
    (0.5, "Says that with the batch above the noise scale the number of steps hardly falls: by steps = fewest · (1 + "
        "B / n) from about 1.5 to 1.03 times the fewest, so by a third at most."),
    (0.5, "Says that the number of epochs is the wrong thing to keep: 20 epochs are a sixteenth of the steps, so that "
        "the network is undertrained; compare runs at the same loss."),
    (0.5, "Says that the learning rate must be tuned again for the larger batch, and that the linear rule's rate would "
        "be too high at this size."),
    (0.5, "Keeps the clocks apart: time is saved only to the extent that steps are, while examples (and money) grow; "
        "names what to measure or to do instead, such as fewer machines, a batch near the noise scale, runs side by "
        "side."),
)  # fmt: skip
anchors = (
    (
        2,
        "A batch of 16,384 is far above the noise scale of 500: by fewest · (1 + B/n) the steps fall from 1.49 to 1.03 "
        "times the fewest, by about a third, not to a sixteenth, while the examples grow elevenfold. Keeping 20 epochs "
        "leaves a sixteenth of the steps, so the worse error only shows that training ended too early. Sixteen times "
        "the rate is beyond what is stable: tune it for this batch. I would measure the steps to the old dev loss at "
        "batches of 1,024, 2,048 and 4,096, each at its own rate, and use the other machines for other runs.",
    ),
    (
        1,
        "The learning rate should be tuned anew for the large batch instead of being multiplied by 16. And one should "
        "train for more epochs, since there are fewer steps now.",
    ),
)
mistakes = (
    "Concludes that large batches generalize worse, though the runs differ in their number of steps.",
    "Expects a sixteenth of the time once the rate is right.",
    "Suggests the square root rule as if a rule could replace the missing steps.",
)
