"""Judge a colleague's remedy: gradients that vanish are clipped."""

points = 2
words = 120
hints = (
    "What does clipping do to a gradient whose norm is a millionth?",
    "Which way does the product of Jacobians go in the run described, and what decides it?",
    "The chapter measured a number for each layer that says which way it goes, before any training.",
)
rubric = (
    (0.5, "Says that clipping acts only on norms above its limit, so that it does nothing for gradients that vanish."),
    (0.5, "Says what a product of Jacobians does: a rate below 1 at each layer or step shrinks the gradient "
        "geometrically, whatever happens at the end of it."),
    (0.5, "Names the measurement that shows it: gradient norms by layer (or the root-mean-square singular value), "
        "falling from the last to the first."),
    (0.5, "Names a remedy that acts on the rate: another scale of the first weights, another activation, residual "
        "connections, gates; not only a larger learning rate."),
)  # fmt: skip
anchors = (
    (
        2,
        "Clipping shortens gradients that are too long. Here they are too short: the first layers' norms are a "
        "millionth of the last's, which no clipping touches. Each layer multiplies the gradient by its Jacobian, here "
        "at a rate of about 0.5, and twenty such factors leave nothing. I would plot the gradient norm by layer: if it "
        "falls in a straight line on a log axis, the rate is what to change. Larger first weights, ReLU with He's "
        "variance instead of the sigmoid, or residual connections bring it near 1.",
    ),
    (
        1,
        "Clipping is against exploding gradients and the gradients are vanishing here, so it can not help. One should "
        "use a higher learning rate for the first layers.",
    ),
)
mistakes = (
    "Says that a lower limit of the clipping would help.",
    "Takes the small loss change for a learning rate that is too low in all layers alike.",
    "Says that clipping makes small gradients longer.",
)
