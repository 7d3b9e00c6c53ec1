"""Judge a report that augmentation does not work, in words."""

points = 3
words = 120
hints = (
    "Look at each change by itself. What becomes of a 2, and of a 6 or a 9? And what will the camera see?",
    "The training errors of the two networks were not measured on the same images. What does the 9% say about the "
    "length of the training?",
    "Say which changes you would try, what each side may choose for itself, and how often you would repeat it.",
)
rubric = (
    (0.75, "Says that a change breaks labels or never occurs in use: a mirrored digit is no longer a digit (or is "
        "another), upside-down ones are never met and turn a 6 into a 9."),
    (0.75, "Says that the comparison gives the augmented side too little: it has more to learn and needs longer "
        "training (a training error of 9% says that it has not learned its own images yet), and perhaps its own "
        "learning rate or a larger network."),
    (0.75, "Says that the result holds for these changes and this length only, or that one seed does not decide a "
        "point and a half on 400 images (six images)."),
    (0.75, "Proposes a sound measurement: smaller changes that keep labels and occur in use, on training images only; "
        "each side with its own epochs and rate, chosen on an unchanged dev set; several seeds, paired difference."),
)  # fmt: skip
anchors = (
    (
        3,
        "A mirrored 2 is not a digit, and a 6 turned by 180 degrees is a 9 labelled 6: such copies teach wrong labels, "
        "and no camera will see them. The augmented network still has 9% errors on its own training images, so it is "
        "far from done after 30 epochs. So only these changes, at this length and rate, did not help, and six of 400 "
        "images on one seed may be luck. I would turn by up to 10 degrees and shift by a pixel, in training only, let "
        "each side choose its epochs (far more than 30) and rate on the unchanged dev set, and report the paired "
        "difference on test over eight seeds.",
    ),
    (
        1.5,
        "They should not mirror the digits because it makes them wrong. Also one should use smaller rotations, for "
        "example 10 degrees, and repeat the training with more seeds to be sure about the difference.",
    ),
)
mistakes = (
    "Concludes that augmentation never helps on digits.",
    "Takes the training error of 9%, on changed images, for a sign of overfitting, or compares it with the 0.5% as if "
    "both were measured on the same images.",
    "Proposes to augment the dev set as well, so that it is like the training set.",
)
