"""Judge, in words, what a report concludes from a small share of the variance."""

points = 4
hints = (
    "Which rates did the report compare, and how far apart are they? And which values of momentum?",
    "A share is a share of something: of the differences between all runs of this grid. Which runs differ most from "
    "the rest?",
    "The next project needs the best learning rate. Does an average over all momenta say anything about it, and does "
    "the next network have the same best rate?",
)
rubric = (
    (
        1,
        "Says that a share depends on the ranges of the grid: the rates span a factor of 1.5, momentum everything from "
        "none to 0.99; a wider range of rates would have had a different share.",
    ),
    (
        1,
        "Says what the share is made of: a variance over all runs, in which the failed ones (momentum 0.99) count "
        "most, and an average over momenta, which hides that the best rate depends on momentum.",
    ),
    (
        1,
        "Does not carry the conclusion over: the next network is wider and has its own best rate; a small share does "
        "not mean that a setting may be left alone.",
    ),
    (
        1,
        "Proposes a measurement on the new network: rates over two or more powers of ten, crossed with momentum, the "
        "best rate for each momentum, on several seeds.",
    ),
)
anchors = (
    (
        4,
        "The 2% is a share of how the runs of this grid differ, so it depends on the ranges: the rates lie within a "
        "factor of 1.5, the momenta go from 0 to 0.99, where training fails, and those failures make up most of the "
        "variance. With rates from 0.001 to 1 the order might be reversed. The rate's share is also an average over "
        "momenta; the interaction is not reported. Nothing carries over to a network four times as wide, which has "
        "its own best rate. I would cross rates from 0.001 to 1 with the momenta on the new network, five seeds each, "
        "and compare each rate at its best.",
    ),
    (
        2,
        "The rates that were tried are too close together, so of course it makes no difference which one is taken. One "
        "should try rates between 0.001 and 1. Then the learning rate would turn out to be the most important "
        "hyperparameter, as everyone knows.",
    ),
)
mistakes = (
    "Asks only for more seeds: the shares of this grid are certain enough; they answer another question.",
    "Concludes that the learning rate is the most important setting of all, which no measurement in the report shows.",
    "Takes the share for a gain: 2% of the variance is not 2 points of error, and says nothing about the best run.",
)
