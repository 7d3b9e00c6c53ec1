"""Judge a search whose best trial lies at an end of its range, in words."""

points = 3
words = 120
hints = (
    "What has the search not seen, and which way should it look next?",
    "Each point of the plot is the best of how many trials? Is the same number behind each point?",
    "Which learning rate would have been the best with a momentum of 0.9, and could this plot show it?",
)
rubric = (
    (0.75, "Says that the best lies at the upper end, so that better rates may lie beyond: the range should be "
        "extended, and the search go on, before anything is reported."),
    (0.75, "Says that each point is the best of a few trials, not the same number for each rate, and on one seed: a "
        "gap of 0.4 points between 0.1 and 0.3 may be luck."),
    (0.75, "Says that the other settings were chosen anew at each point, so that the plot shows the best rate for "
        "them, within their ranges; nothing follows for another momentum, batch size or number of epochs."),
    (0.75, "Proposes a sound next step: a shifted or wider range on a logarithmic scale, points on both sides of the "
        "best, the best few repeated over seeds, and the report from images that have chosen nothing."),
)  # fmt: skip
anchors = (
    (
        3,
        "The lowest point is the last one, so the search has ended where it was getting better: rates above 0.3 may be "
        "better still, or diverge, and nobody looked. I would move the range to 0.03 to 3, still in logarithms, and go "
        "on until there are worse points on both sides. Two trials lie behind 0.3 and nine behind 0.1, all with one "
        "seed, so 0.4 points is less than the noise; I would repeat the best three with five seeds. Each point had its "
        "own best momentum, so the plot says nothing about 0.3 with momentum 0.9, or for longer training. At the end I "
        "would report on the test set, which has chosen nothing.",
    ),
    (
        1.5,
        "The best rate is at the edge of the range, so the range was too small and one should also try 1 and 3. After "
        "that the best value can be used. It would be good to have more trials as well because results are random.",
    ),
)
mistakes = (
    "Takes 0.3 for the best rate because its point is the lowest of the plot.",
    "Reads the plot as the effect of the learning rate with all else held fixed.",
    "Asks for more trials in the same range only.",
)
