"""Where an assignment can be opened without installing anything, and how the course gets there.

The repository's branch ``assignments`` holds the notebooks and what they need (see :mod:`~publish.branch`). Colab and
Binder open its notebooks by their addresses, and so does a JupyterHub that has nbgitpuller.
"""

from html import escape
from urllib.parse import quote, urlencode

BRANCH = "assignments"
LINE = '<p>Or open it in <a href="{colab}">Colab</a> or <a href="{binder}">Binder</a>.</p>\n'
NEEDS = """\
<details><summary>On your own machine</summary><p>Install the course once, with Jupyter; then <code>jupyter lab
{topic}.ipynb</code> opens the notebook.</p>
<pre>{install}</pre></details>
"""
OFFER = '<div class="assignment docutils container">'


def colab(repository, topic):
    """Return the address at which Colab opens a topic's assignment.

    >>> colab("someone/course", "dropout")
    'https://colab.research.google.com/github/someone/course/blob/assignments/dropout.ipynb'
    """
    return f"https://colab.research.google.com/github/{repository}/blob/{BRANCH}/{topic}.ipynb"


def binder(repository, topic):
    """Return the address at which Binder opens a topic's assignment.

    >>> binder("someone/course", "dropout")
    'https://mybinder.org/v2/gh/someone/course/assignments?urlpath=lab%2Ftree%2Fdropout.ipynb'
    """
    return f"https://mybinder.org/v2/gh/{repository}/{BRANCH}?{urlencode({'urlpath': f'lab/tree/{topic}.ipynb'})}"


def hub(repository, topic):
    """Return the path with which a JupyterHub with nbgitpuller gets and opens a topic's assignment.

    >>> hub("someone/course", "dropout")
    '/hub/user-redirect/git-pull?repo=https%3A%2F%2Fgithub.com%2Fsomeone%2Fcourse&branch=assignments&urlpath=lab%2Ftree%2Fcourse%2Fdropout.ipynb'
    """
    name = repository.partition("/")[2]
    asked = {
        "repo": f"https://github.com/{repository}",
        "branch": BRANCH,
        "urlpath": f"lab/tree/{name}/{topic}.ipynb",
    }
    return f"/hub/user-redirect/git-pull?{urlencode(asked)}"


def install(address, wheel, extra="student"):
    """Return the pip command that installs the course from the site at `address`, which serves the `wheel`.

    >>> install("https://c.org/", "course-1.0+abc-py3-none-any.whl")
    'pip install "tuning-deep-networks[student] @ https://c.org/packages/course-1.0%2Babc-py3-none-any.whl"'
    """
    name = f"tuning-deep-networks[{extra}]" if extra else "tuning-deep-networks"
    return f'pip install "{name} @ {address}packages/{quote(wheel)}"'


def offer(html, topic, command, repository=None):
    """Return the text of a chapter's page with what its assignment needs, and where it can be opened without that."""
    said = (
        LINE.format(colab=escape(colab(repository, topic)), binder=escape(binder(repository, topic)))
        if repository
        else ""
    )
    said += NEEDS.format(topic=topic, install=escape(command))
    before, found, after = html.partition(OFFER)
    place = after.find("</div>")
    return before + found + after[:place] + said + after[place:] if found else html
