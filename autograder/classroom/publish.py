"""Put one topic's assignment into a class, by nbgrader's own generate_assignment, and pin it."""

import json

from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException

from .. import chapter as chapters
from .. import exercise as model
from ..solutions import SETTING
from . import config as settings
from . import pin
from .layout import ClassError, replace_folder, scratch, write_file
from .notebook import handout


def publish(place, topic, source, home, root, config):
    """Release one topic: source and student notebook, the handout, and last the pin.

    Its exercises come from `home`, the directory of the course or of the class (see `chapter.homes`). A release
    that is interrupted is not pinned, and the next one does it again.
    """
    with scratch(place) as folder:
        made = folder / "source" / topic
        made.mkdir(parents=True)
        (made / f"{topic}.ipynb").write_text(source, encoding="utf-8")
        more = beside(topic, home, config)
        for name, content in more.items():
            write_file(made / name, content)
        replace_folder(made, place.step("source", topic))
        _generate(place, topic, config, folder)
        replace_folder(folder / "release" / topic, place.step("release", topic))
        student = place.released(topic).read_bytes()
        write_file(place.handout / f"{topic}.zip", handout(topic, student, root, more))
        pin.take(place, topic, chapters.exercises_root(home), folder)


def beside(topic, home, config) -> dict[str, bytes]:
    """Return the files that lie beside a topic's notebook, by their paths there.

    One says when solutions are shown, unless that is always. The exercises of a class's own topic, which the course's
    package does not have, go with it, so that `check` works wherever the notebook goes: by zip or by an exchange. Free
    texts stay, since nothing checks them and their files hold the rubric.
    """
    shown = settings.solutions_shown(config, topic)
    files = {SETTING: (json.dumps(shown) + "\n").encode()} if shown else {}
    if chapters.is_class(home):
        folder = chapters.exercises_root(home)
        texts = {f"{id_}.py" for id_ in model.ids(topic, folder) if model.load(id_, folder).kind == "text"}
        names = {f"{topic}/{path.name}" for path in (folder / topic).glob("*.py")} - texts
        files |= {f"{model.OWN}/{name}": (folder / name).read_bytes() for name in sorted(names)}
    return files


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
