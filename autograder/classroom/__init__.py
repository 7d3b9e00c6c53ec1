"""The instructor's side: make a class, release assignments, grade, write feedback and export grades."""
