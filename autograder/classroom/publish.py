"""Put one topic's assignment into a class, with nbgrader's own generate_assignment, and pin it."""

import json

import nbformat
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException

from .. import chapter as chapters
from .. import exercise as model
from ..hints import FILE as HINTS
from ..solutions import SETTING
from . import config as settings
from . import pin
from .deadlines import clock
from .late import penalty
from .layout import ClassError, replace_folder, scratch, write_file
from .notebook import handout, told_anew


def publish(place, topic, source, home, root, config):
    """Release one topic: source and student notebooks, the handout, and finally the pin.

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
        write_file(place.handout / f"{topic}.zip", handout(topic, student, root, more, facts(place, topic, config)))
        pin.take(place, topic, chapters.exercises_root(home), folder)


def is_whole(place, topic, home, config):
    """Whether what students get of a released topic is there and matches the class's settings and due date."""
    if not place.released(topic).exists() or not (place.handout / f"{topic}.zip").exists():
        return False
    wanted = beside(topic, home, config)
    paths = {name: place.step("release", topic, name) for name in {SETTING, *wanted}}
    same = all(wanted.get(name) == (path.read_bytes() if path.exists() else None) for name, path in paths.items())
    return same and _retold(place, topic, config)[0]


def retell(place, topic, config):
    """Update what students get of a released topic if its due date has changed."""
    _, files = _retold(place, topic, config)
    for path, content in files.items():
        write_file(path, content)


def _retold(place, topic, config):
    """Return whether a handout states the present due date and penalties, and the files (path to bytes) that do."""
    path, setting = place.handout / f"{topic}.zip", _setting(topic, config)
    before = path.read_bytes()
    packed = told_anew(topic, before, facts(place, topic, config), setting)
    folders = (place.step(step, topic) for step in ("source", "release"))
    beside = {folder / name: content for folder in folders for name, content in setting.items()}
    return packed == before, {path: packed} | beside


def facts(place, topic, config) -> tuple[str, ...]:
    """Return what a README says about an assignment, line by line: points, due date, and what being late costs."""
    cells = nbformat.read(place.released(topic), as_version=4).cells
    points = sum(cell.metadata.nbgrader.get("points", 0) for cell in cells if cell.metadata.nbgrader.grade)
    with settings.gradebook(config) as gradebook:
        due = gradebook.find_assignment(topic).duedate
    lines = {
        "Points": f"{points:g}",
        "Due": due and clock(due, settings.zone(config)),
        "Late": due and str(penalty(config)),
    }
    return tuple(f"{name + ':':<12}{text}" for name, text in lines.items() if text)


def beside(topic, home, config) -> dict[str, bytes]:
    """Return the files that go beside a topic's notebook, by their paths there.

    One says when solutions are shown, unless they always are. The exercises of a class's own topic, which the course's
    package lacks, go with it, so that `check` works wherever the notebook goes: by zip or by an exchange. Free texts
    stay behind, since nothing checks them and their files hold the rubric; only their hints go along.
    """
    files = _setting(topic, config)
    if chapters.is_class(home):
        folder = chapters.exercises_root(home)
        texts = {
            id_: asked.hints for id_ in model.ids(topic, folder) if (asked := model.load(id_, folder)).kind == "text"
        }
        names = {f"{topic}/{path.name}" for path in (folder / topic).glob("*.py")} - {f"{id_}.py" for id_ in texts}
        files |= {f"{model.OWN}/{name}": (folder / name).read_bytes() for name in sorted(names)}
        if texts:
            files[f"{model.OWN}/{topic}/{HINTS}"] = (json.dumps(texts, indent=1) + "\n").encode()
    return files


def _setting(topic, config):
    """Return the file that says when solutions are shown, by its name, where there is one."""
    shown = settings.solutions_shown(config, topic)
    return {SETTING: (json.dumps(shown) + "\n").encode()} if shown else {}


def _generate(place, topic, config, folder):
    """Run nbgrader's generate_assignment, which records the cells in the gradebook, into a scratch folder."""
    log_file = place.state / f"release-{topic}.log"
    config = config.copy()
    config.CourseDirectory.release_directory = str((folder / "release").relative_to(place.root))
    config.CourseDirectory.assignment_id = topic
    with settings.gradebook(config):
        pass  # which creates the course that nbgrader's rows name
    with settings.log_to(log_file) as log, settings.nbgrader_at_work():
        converter = GenerateAssignment(coursedir=settings.course_directory(config), config=config, log=log)
        try:
            converter.start()
        except NbGraderException as error:
            raise ClassError(f"nbgrader could not release {topic}; see {log_file}") from error
