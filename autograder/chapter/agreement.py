"""What a chapter and the files of its exercises must agree on, as far as can be seen without running the chapter.

Audit, release and book ask this first: an author's slip is reported, with its place, before anything is built on it.
"""

import ast
import inspect

from .. import exercise as model
from ..slips import shown
from .cells import ChapterError
from .homes import ROOT, chapter_file, exercises_root
from .reading import read
from .todo import todo


def slips(topic, root=ROOT) -> tuple[str, ...]:
    """Return a line for each slip in a chapter and in the files of its exercises.

    Parameters
    ----------
    topic : str
        The topic.
    root : path
        The directory of the course, or of the class that has the topic.
    """
    folder = exercises_root(root)
    found, loaded = [], {}
    for id_ in model.ids(topic, folder):
        path = folder / f"{id_}.py"
        found += todo(path.read_text(encoding="utf-8", errors="replace"), shown(path))
        try:
            loaded[id_] = model.load(id_, folder)
        except model.BadExercise as slip:
            found.append(str(slip))
            loaded[id_] = None
    try:
        chapter = read(topic, root)
    except ChapterError as slip:
        return (*found, str(slip))
    found += todo(chapter_file(topic, root).read_text(encoding="utf-8"), chapter.file)
    return (*found, *_disagreements(chapter, loaded, folder))


def _disagreements(chapter, loaded, folder):
    file = chapter.file
    sections = {section.exercise: section for section in chapter.sections}
    if not loaded and not sections:
        yield f"{file}, line 1: no section asks for an exercise; write one, or move the page elsewhere"
    for lost in sorted(loaded.keys() - sections.keys()):
        yield f"{file}, line 1: no section asks for {lost}; write its section, or remove its file"
    for id_, section in sections.items():
        line = section.cells[0].line
        if id_ not in loaded:
            yield f"{file}, line {line}: asks for {id_}, which has no file; write {shown(folder / f'{id_}.py')}"
        elif exercise := loaded[id_]:
            if (exercise.kind == "text") != (section.kind == "text"):
                yield (
                    f"{file}, line {line}: {id_} is a {exercise.kind} in its file and a {section.kind} in the chapter; "
                    "make both the same"
                )
            elif callable(exercise.solution):
                for said in signature_problems(_starter(section, exercise.name), exercise.solution, exercise.name):
                    yield f"{file}, line {section.starter.line}: {said}; write the same in both"


def _starter(section, name):
    """Return what the starter's cell defines under a name, from the definition alone: the chapter is not run."""
    for node in ast.parse(section.starter.source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            namespace = {}
            try:
                exec(ast.unparse(node), namespace)
            except Exception:  # its defaults or bases need the chapter, which the audit runs
                return ...
            return namespace[name]
    return ...


def signature_problems(starter, solution, name):
    """Yield a sentence for each function, or method of a class, whose signature differs in the starter."""
    if starter is ...:
        return
    if inspect.isclass(solution):
        for method, function in vars(solution).items():
            if inspect.isfunction(function) and not method.startswith("_"):
                yield from signature_problems(getattr(starter, method, None), function, f"{name}.{method}")
    asked, wanted = (_signature(thing) for thing in (starter, solution))  # a class's signature is how it is called
    if asked != wanted:
        yield f"the starter's signature is {name}{asked}, the solution's {name}{wanted}"


def _signature(function):
    if not callable(function):
        return "(nothing)"
    signature = inspect.signature(function)
    plain = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    return str(signature.replace(parameters=plain, return_annotation=signature.empty))
