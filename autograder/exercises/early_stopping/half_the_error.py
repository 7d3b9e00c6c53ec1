"""Judge a report that early stopping has halved the error, in words."""

points = 3
words = 120
hints = (
    "How many numbers was the 3.3% chosen from, and by which images? And the 6.7%?",
    "How many of the 60 images is each of the two errors? What would another 60 images have said?",
    "Say which images should report, which epochs should be compared, and how often the whole should be repeated.",
)
rubric = (
    (0.75, "Says that 3.3% is the lowest of 300 values measured on the images that chose it, so that it is too good: "
        "the optimism of a chosen minimum."),
    (0.75, "Says that the two numbers are not comparable: one was chosen as the best of its run, the other "
        "was read at a fixed epoch, so that part of the difference is choice alone."),
    (0.75, "Says how little 60 images tell: one image is 1.7 points, the difference is two images, on one seed."),
    (0.75, "Proposes a sound measurement: choose on dev, report both networks on a test set that has chosen nothing, "
        "over several seeds, with the paired difference and its uncertainty."),
)  # fmt: skip
anchors = (
    (
        3,
        "3.3% is the smallest of 300 dev errors, read on the very images that chose it: some of it is luck, and new "
        "images will give more. 6.7% is one epoch that nobody chose, so the two are not alike; the lowest of the "
        "baseline's epochs is the same 3.3%, since it is the same run. On 60 images an error is 1.7 points, so the "
        "difference is two images. I would let dev choose the epoch, then read both networks, the best and the last, "
        "once on a test set of many more images, for eight seeds, and report the mean paired difference with its "
        "interval. The baseline should also choose its own learning rate.",
    ),
    (
        1.5,
        "The dev set is too small with 60 images, because one image is already 1.7 percent, so the result is not "
        "significant. They should use a bigger dev set and several seeds. Also one should use the test set for the "
        "report.",
    ),
)
mistakes = (
    "Calls it cheating to look at dev after each epoch at all: choosing is what dev is for, reporting is not.",
    "Concludes that early stopping does not help.",
    "Says only that more seeds are needed, and keeps reading the chosen minimum on dev.",
)
