"""Pages that show what other pages hold: they are rewritten whenever any page was read again.

A directive of such a page calls `shows_others`; what other pages hold is noted in their metadata as they are read,
since a page that has not changed is not read again.
"""


def setup(app):
    """Connect to Sphinx."""
    app.connect("env-before-read-docs", _remember)
    app.connect("env-get-updated", _write_again)


def shows_others(env):
    """Mark the page being read as showing what others hold, one for each chapter of the book."""
    env.note_dependency("_toc.yml")
    env.metadata[env.docname]["shows-others"] = True


def _remember(app, env, docnames):
    env.live_was_read = bool(docnames)


def _write_again(app, env):
    showing = [name for name in env.found_docs if env.metadata[name].get("shows-others")]
    return showing if env.live_was_read else []
