"""Record notebooks that have run: nbgrader's own autograde, which takes scores and penalties into its gradebook."""

from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import ClearOutput, Execute

from . import config as settings
from .progress import after_each


def record(topic, folder, config, log, done):
    """Record all of one topic under ``<folder>/submitted``; results appear under ``<folder>/autograded``.

    The steps are those of nbgrader's configuration but two: outputs are kept and nothing is run, since that has been
    done. Whatever nbgrader could not record has no result. `done` is called after each submission.
    """
    config = config.copy()
    root = settings.course_directory(config).root
    config.CourseDirectory.submitted_directory = str((folder / "submitted").relative_to(root))
    config.CourseDirectory.autograded_directory = str((folder / "autograded").relative_to(root))
    config.CourseDirectory.assignment_id = topic
    with settings.nbgrader_at_work():
        converter = Autograde(coursedir=settings.course_directory(config), config=config, log=log)
        converter.sanitize_preprocessors = [
            step for step in converter.sanitize_preprocessors if step is not ClearOutput
        ]
        converter.autograde_preprocessors = [step for step in converter.autograde_preprocessors if step is not Execute]
        after_each(converter, done)
        try:
            converter.start()
        except NbGraderException:
            log.error("nbgrader could not record every submission of %s", topic)
