"""Judge a training that began at a loss of 9.2 with a hundred classes, in words."""

points = 4
hints = (
    "What is the loss of a network that gives each of a hundred classes the same probability?",
    "A loss of 9.2 is a probability. Of what, and how can a network that has seen nothing be so sure?",
    "Choose checks that take a minute, and say for each what you expect, and where you would look if it fails.",
)
rubric = (
    (1, "Reads 9.2 as a probability of e^-9.2, one in ten thousand, for the right class on (geometric) average, where "
        "a network that knows nothing should begin at ln 100 = 4.6: the start is sure and wrong."),
    (1, "Recognizes 4.6 as the loss of a guess among a hundred classes: what training has unlearned is the sureness of "
        "the start, and the 99% of wrong answers agree. The loss has halved and nothing about leaves has been "
        "learned."),
    (1, "Names a likely cause of the start: logits that are too large, from inputs that were not scaled or from first "
        "weights that are too large."),
    (1, "Names two checks to do before the weekend, each with the result that is expected and what a failure would "
        "point to (loss at the start, looking at inputs and labels, overfitting one batch, blank inputs, finite "
        "differences)."),
)  # fmt: skip
anchors = (
    (
        4,
        "A loss of 9.2 means that the right leaf got a probability of e^-9.2, one in ten thousand. A network that "
        "knows nothing should give each of a hundred classes 1%, a loss of ln 100 = 4.6. So this one was sure and "
        "wrong: its logits were too large, perhaps because pixels run to 255. At 4.6 it has reached a guess: it "
        "unlearned its sureness and learned nothing, as 99% errors confirm. Before the weekend I would overfit twenty "
        "examples: if the loss does not go to almost 0, the loop or the gradient is wrong. Then I would look at "
        "inputs and labels just before the network: if they do not belong together, no run can learn.",
    ),
    (
        2,
        "9.2 is too high, it should be ln(100) = 4.6 at the beginning, so the weights or the inputs are too large. "
        "After ten epochs the loss is better but the error is still 99%, so it needs a higher learning rate or more "
        "epochs. I would check that the inputs are scaled.",
    ),
)
mistakes = (
    "Compares with ln 10 = 2.3, which belongs to ten classes.",
    "Takes the fall from 9.2 to 4.6 as learning, and asks only for more epochs or another rate.",
    "Names checks without saying which result is expected, or what a failure would point to.",
)
