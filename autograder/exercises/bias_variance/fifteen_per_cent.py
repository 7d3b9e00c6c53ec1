"""Judge, in words, a report that calls a training error of 15% high bias."""

points = 4
words = 120
hints = (
    "Which two differences decide what to do? Which number does the first of them start from?",
    "Of the two human errors, which is the better stand-in for the best possible one, and why?",
    "Suppose that the next point of error must go. Where could it still be found: in the training set, between "
    "training and dev, in the labels, in the images?",
)
rubric = (
    (
        1,
        "Takes the committee's 14% for the best possible error, not 0% and not the single radiologist's 18%, since the "
        "best people bound the Bayes error most closely.",
    ),
    (
        1,
        "Computes both gaps: avoidable bias 1 point, variance 1 point; concludes that 15% is not high bias and that "
        "doubling the network has at most about a point to win.",
    ),
    (
        1,
        "Corrects the second sentence: the network is better than one radiologist, worse than the committee; and human "
        "error is no lower bound for a machine. The comparison would have to be on new data, not on the training set.",
    ),
    (
        1,
        "Says what to do next: read the cases in dispute again, better labels or better images or more information; or "
        "stop; or look at data from other hospitals. Not simply more of the standard remedies.",
    ),
)
anchors = (
    (
        4,
        "The best estimate of the best possible error is the committee's, 14%. So the avoidable bias is 1 point and "
        "the variance another: neither is large, and 15% is not high bias. A network twice as large has one point to "
        "win at most. It is better than a single radiologist, but on its own training set; on dev it errs on 16%, "
        "more than the committee. What is left is mostly in the images or the labels. I would let experts read again "
        "the cases in which network and committee disagree, ask for a second view or the patient's history, and test "
        "on another hospital's images before anything else.",
    ),
    (
        2,
        "With a human error of 14% the avoidable bias is only 1% and the variance also 1%, so the network is fine and "
        "doubling it is useless. One could try regularization to remove the variance.",
    ),
)
mistakes = (
    "Takes the radiologist's 18% for the best possible error and finds a negative bias, so that all would be well.",
    "Prescribes more data or regularization for a variance of one point.",
    "Says that a machine cannot be better than the committee: human error bounds the Bayes error, not the machine.",
)
