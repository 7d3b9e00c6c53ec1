"""Judge a colleague's conclusion: with Adam, the initialization no longer matters."""

points = 4
hints = (
    "Compare what one step of SGD and one step of Adam do with a gradient of a millionth.",
    "Under Adam both variances were measured in this chapter, each at its own learning rate: read both figures.",
    "A sentence with 'no longer matters' claims something about all networks. What was measured?",
)
rubric = (
    (1, "Says why SGD stalls: its step is proportional to the gradient, and with thirty ReLU layers under Glorot the "
        "gradients of all weights are tiny, so that only the last bias learns."),
    (1, "Says why Adam can leave: it divides each gradient by its own recent size, so that the scale of the gradient "
        "hardly matters and a step has about the length of the learning rate."),
    (1, "Argues against the conclusion: under Adam, too, He's network was ahead after the same steps, each at the "
        "learning rate chosen for it on dev: the initialization still mattered."),
    (1, "Keeps to the evidence: one architecture, one data set and few steps; names a measurement that would decide, "
        "such as training both to the end over several seeds, or another depth."),
)  # fmt: skip
anchors = (
    (
        4,
        "Under Glorot each ReLU layer halves the mean square, so thirty layers make every weight's gradient tiny. "
        "Plain gradient descent steps in proportion to the gradient: only the last bias moves, and the loss stays at "
        "ln 10. Adam divides each gradient by the size it had of late, so the weights move by about the learning rate "
        "anyway and can grow out of the bad start. That explains the run, but not the conclusion: with Adam and a "
        "learning rate chosen for each on dev, He's network was ahead after the same steps. And we measured one "
        "network on digits, for few steps. I would train both to the end, on five new seeds and at other depths.",
    ),
    (
        2,
        "Adam normalizes the gradient, so it does not matter that gradients are small, and the network can learn. "
        "Still He was better than Glorot with Adam in our measurement, so initialization is important and one should "
        "always use He.",
    ),
)
mistakes = (
    "Says that Adam uses a higher learning rate: a thousand times the rate did not help SGD.",
    "Says that the gradients vanish towards the input: under Glorot they were equally tiny in all layers.",
    "Agrees with the conclusion because the loss falls, without comparing with He's network.",
)
