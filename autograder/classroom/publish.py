"""Put one topic's assignment into a class, by nbgrader's own generate_assignment, and pin it."""

import json

from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException

from .. import chapter as chapters
from ..solutions import SETTING
from . import config as settings
from . import pin
from .layout import ClassError, replace_folder, scratch, write_file
from .notebook import handout


def publish(place, topic, source, root, config):
    """Release one topic: source and student notebook, the handout, and last the pin.

    A release that is interrupted is not pinned, and the next one does it again.
    """
    with scratch(place) as folder:
        made = folder / "source" / topic
        made.mkdir(parents=True)
        (made / f"{topic}.ipynb").write_text(source, encoding="utf-8")
        more = solutions_file(topic, config)
        for name, content in more.items():
            (made / name).write_bytes(content)
        replace_folder(made, place.step("source", topic))
        _generate(place, topic, config, folder)
        replace_folder(folder / "release" / topic, place.step("release", topic))
        student = place.step("release", topic, f"{topic}.ipynb").read_bytes()
        write_file(place.handout / f"{topic}.zip", handout(topic, student, root, more))
        pin.take(place, topic, chapters.exercises_root(root), folder)


def solutions_file(topic, config) -> dict[str, bytes]:
    """Return the file beside a topic's notebook that says when solutions are shown, by its name; none where always."""
    shown = settings.solutions_shown(config, topic)
    return {SETTING: (json.dumps(shown) + "\n").encode()} if shown else {}


def _generate(place, topic, config, folder):
    """Run nbgrader's generate_assignment, which records the cells in the gradebook, into a scratch folder."""
    log_file = place.state / f"release-{topic}.log"
    config = config.copy()
    config.CourseDirectory.release_directory = str((folder / "release").relative_to(place.root))
    config.CourseDirectory.assignment_id = topic
    with settings.gradebook(config):
        pass  # which makes the course that nbgrader's rows name
    with settings.log_to(log_file) as log, settings.nbgrader_at_work():
        converter = GenerateAssignment(coursedir=settings.course_directory(config), config=config, log=log)
        try:
            converter.start()
        except NbGraderException as error:
            raise ClassError(f"nbgrader could not release {topic}; see {log_file}") from error
