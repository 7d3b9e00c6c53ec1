"""What of the course can be said in another language, and how that is kept: gettext's catalogues.

`sources` finds what exercises and the judge say to students, `pages` what a chapter does, and puts a chapter into
another language; `catalogues` gathers both. ``python -m autograder.translation`` (``make messages``) writes the
templates of all catalogues, and brings those up to date that there are: what is new in English has no translation yet,
what has changed is marked as fuzzy, and neither is shown.
"""
