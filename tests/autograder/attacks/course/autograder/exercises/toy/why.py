"""Say why the double of a whole number is even."""

points = 4
hints = ("What does even mean?", "Write the double as two times something.", "Two divides it.")
rubric = (
    (1, "Says what even means."),
    (1, "Says that two divides the double."),
    (1, "Says it of every whole number."),
    (1, "Is plain."),
)
anchors = (
    (4, "Twice a whole number is two times something whole, so two divides it, which is what even means."),
    (1, "Because it always is."),
)
mistakes = ("Only the double of an even number is even.", "Two is even.", "It ends in an even digit.")
