"""Our own notebook transformations in nbgrader's chains, one per file; `autograder.classroom.config` composes them."""
