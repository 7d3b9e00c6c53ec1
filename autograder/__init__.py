"""autograder: what an exercise is, and how an answer is judged."""
