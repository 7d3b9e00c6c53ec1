"""Report on the tuning: what was tried, what it reached and cost, how sure that is, and what did not help."""

points = 8
words = 450
hints = (
    "Begin with the answer: from what to what did the test error go, over how many problems, and how sure is that?",
    "A table has a row for each thing that you tried, including those that did not help: dev error, epochs, and over "
    "how many problems.",
    "Ask what a reader would doubt: was the baseline tuned as well? What did choosing on dev do to the number that you "
    "report? How often did you read the test set?",
)
rubric = (
    (2, "The result: test error before and after on the same problems, at least five of them, the mean paired "
        "difference with its interval, and the cost in epochs. The test sets were read once, at the end; the dev error "
        "that has chosen is not reported as the result. (1 point if the interval or the cost is missing.)"),
    (2, "The comparison is fair: the baseline had the same budget and was chosen on dev in the same way; the report "
        "says what was tuned, within which bounds and on which scale, and whether the best lay at an edge. (1 point if "
        "the baseline is described but had less.)"),
    (2, "The evidence can be seen: a table of what was tried, and at least one plot that carries a statement (error "
        "against epochs, a Pareto front, or which values did well), each mentioned in the text and readable by itself. "
        "(1 point for a table or a plot alone.)"),
    (2, "The judgement: says why the things that helped may have helped, referring to wrong labels, printed images or "
        "the budget; names at least one thing that was tried and did not help, and what the result does not show. (1 "
        "point if only successes are reported.)"),
)  # fmt: skip
anchors = (
    (
        8,
        "Halving instead of full-length random search lowers the mean test error on ten problems (seeds 100 to 109) "
        "from 47.1% to 34.9%. The paired difference is 12.2 points, 95% interval 6.0 to 18.4; the new way was better "
        "on nine of ten. Both ways had 486 epochs and chose on dev; test was read once per problem and way, after all "
        "decisions. The dev errors of the chosen configurations are 3 points lower than test on average, as expected "
        "of numbers that have chosen. Table 1 lists what I tried, on ten other problems (seeds 0 to 9): six "
        "configurations for 81 epochs, 18 for 27, 54 for 9, halving from 54, and halving followed by mutations of the "
        "best. From 18 for 27 on, the intervals of the differences contain 0, so I do not claim that halving is better "
        "than 18 for 27. Figure 1 shows why six are too few: the axis of the learning rate spans six decades and each "
        "problem, by its contrast, works in less than two of them, so that six draws often miss it. Figure 2, dev "
        "error against the weight of printed images: 0.1 and 0.3 are best; at 0 only 60 images with wrong labels are "
        "left to learn from, at 1 the network learns print. No best value lay at an edge except for width (64, the "
        "largest offered), so wider might be better still. What did not help: averaging the dev error of each finalist "
        "over two trainings, since training has no randomness here and I paid twice for the same number; and a "
        "narrower axis for lam, which changed nothing that I can see. With more wrong labels the best lam was higher "
        "on six of ten problems, which is too few to say. All of this holds for a last layer on 360 images; the "
        "budget is short, and at three times as many epochs the baseline came within 5 points.",
    ),
    (
        3.5,
        "I used successive halving with 54 configurations. First I compared with the default settings (learning rate "
        "0.1, momentum 0.9), which gave 49% error. My tuned network has 28.7% dev error on problem 3, so the error is "
        "reduced by 20 points. I also tried it with seeds 0 to 5 and test was 34% on average, default 48%. The plot "
        "shows the dev error of all configurations against the learning rate. You see that learning rate matters "
        "most, because contrast differs. I tried random search first, but halving was better, so I used halving. More "
        "width is better. Weighting the printed images with 0.3 helps because the users write by hand. In total it "
        "cost 486 epochs. It could be improved with more budget.",
    ),
)
mistakes = (
    "Reports the dev error of the chosen configuration, or the best of several seeds, as the result.",
    "Compares a tuned method with settings that nobody tuned, and calls the whole difference its merit.",
    "Reports only what worked, so that the reader cannot know how many things were tried before.",
)
