"""Run a rebuilt notebook and return what its cells showed: the place where the answers meet the judge.

Here the judge runs inside the student's own kernel (the graded cell calls `grade`), so that a class must be trusted.
Whoever grades calls `execute` and needs nothing else of it: notebook in, notebook with outputs out.
"""

import copy
import os
import tempfile
from subprocess import DEVNULL

from jupyter_core.utils import ensure_event_loop
from nbformat import NotebookNode, v4
from nbgrader.preprocessors import Execute


class NotRun(Exception):
    """The notebook could not be run to its end; the message is a sentence for the student."""


class _Kernel(Execute):
    """nbgrader's own executor, in a kernel whose environment is given and that keeps off the terminal."""

    def __init__(self, environment, **settings):
        super().__init__(**settings)
        self.environment = environment

    def setup_kernel(self, **kwargs):
        return super().setup_kernel(env=self.environment, stdout=DEVNULL, stderr=DEVNULL, **kwargs)


def execute(notebook, *, seed, exercises, config, log) -> NotebookNode:
    """Run a notebook in a new kernel, in an empty folder, and return it with outputs.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook as it is graded, hidden tests included.
    seed : str
        The student's seed, hexadecimal; the class's own secret is not for the kernel.
    exercises : path
        The class's snapshot of the exercises.
    config : traitlets.config.Config
        nbgrader's settings; `Execute.timeout` is the time for one cell.

    Raises
    ------
    NotRun
        When the kernel dies.
    """
    environment = os.environ | {
        "AUTOGRADER_EXERCISES": str(exercises),
        "AUTOGRADER_SEED": seed,
        "NBGRADER_EXECUTION": "autograde",
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),  # several notebooks run at once
    }
    kernel = _Kernel(environment, config=config, log=log)
    with tempfile.TemporaryDirectory() as folder:
        try:
            run, _ = kernel.preprocess(copy.deepcopy(notebook), {"metadata": {"path": folder}})
        except Exception as error:
            log.error("a notebook did not run to its end: %s: %s", type(error).__name__, error)
            raise NotRun("Your notebook did not run to its end: the Python that ran it stopped.") from error
        finally:
            ensure_event_loop().close()  # the executor leaves the one that it made for this thread
    return run


def not_run(notebook) -> NotebookNode:
    """Return a notebook whose graded cells all say that they were not run, which nbgrader counts as 0 points."""
    result = copy.deepcopy(notebook)
    for cell in result.cells:
        if cell.cell_type == "code" and cell.metadata.nbgrader.grade:
            message = "This exercise was not judged; see the top of this page."
            cell.outputs = [v4.new_output("error", ename="NotJudged", evalue=message, traceback=[message])]
    return result
