"""Which parts of the course can be put into another language, and how translations are kept: in gettext catalogues.

`sources` finds what exercises and the judge say to students; `pages` finds what a chapter says, and puts a chapter into
another language; `catalogues` gathers both. ``python -m autograder.translation`` (``make messages``) writes the
templates of all catalogues, and updates those that exist: what is new in English has no translation yet, what has
changed is marked as fuzzy, and neither is shown.
"""
