"""Judge a plan that shuffles two hospitals and a phone, and make a better one."""

points = 2
words = 120
hints = (
    "Which pictures will the app meet, and what share of a shuffled dev set is like them?",
    "There are several pictures of each person. Where do they go when pictures are shuffled?",
    "Divide the 300 people of the phone first; then say what the hospitals' pictures are for, and which control tells "
    "whether they help.",
)
rubric = (
    (0.5, "Says that the shuffled dev set is almost all hospital pictures, so that its error says nothing about the "
        "pictures by phone that the app will meet."),
    (0.5, "Says that a patient's pictures would be on both sides, so that the error is too good even for the "
        "hospitals, or that scaling before the division leaks."),
    (0.5, "Divides the phone pictures by person: dev and test from the phone alone, what is left of them and the "
        "hospitals for training."),
    (0.5, "Names a measurement: a network trained without the phone pictures on phone dev, the phone alone as control, "
        "an AUC between sources, or a train-dev set that tells mismatch from overfitting."),
)  # fmt: skip
anchors = (
    (
        2,
        "The dev error will be that of hospital pictures: fewer than two in a hundred of the shuffled ones are by "
        "phone. And it will be too low even for hospitals, since pictures of one patient are on both sides. I would "
        "divide the 300 people with phone pictures: 100 for dev, 100 for test, 100 to train, each with all their "
        "pictures. All hospital pictures train, patients who are held out elsewhere excepted. Scaling is fitted on "
        "the training part. First I would measure three networks on phone dev: hospitals alone, 100 people's phone "
        "pictures alone, and both with equal weight. The second is the control that says if the hospitals help.",
    ),
    (
        1,
        "The data come from different sources so the dev error is not for the app. I would take the phone pictures as "
        "dev and test and train on the hospitals.",
    ),
)
mistakes = (
    "Calls for dev and test to hold all three sources in equal shares.",
    "Leaves the hospitals' pictures out altogether, without a measurement.",
    "Divides the phone pictures by picture, not by person.",
)
