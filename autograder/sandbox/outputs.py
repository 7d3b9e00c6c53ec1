"""The outputs of a cell, as a sandbox reports them: of whatever comes, nbformat's text is kept, and capped."""

import itertools

MAX_OUTPUT = 2**20  # characters of one cell
LEAST = 10_000  # characters that an output counts for, however short it is: each is work for a page
MAX_LINES = 200  # of a traceback
MAX_FORMS = 20  # in which one thing is shown
CUT = "\n[the output of this cell was cut here]\n"


def well_formed(outputs, room=2 * MAX_OUTPUT):  # the sandbox cuts at half of it, unless an answer prevents that
    """Return, of what a cell is said to have shown, the outputs, in nbformat's form, up to a cap."""
    kept = []
    for output in outputs if isinstance(outputs, list) else ():
        mended = _mended(output) if isinstance(output, dict) else None
        if mended is None:
            continue
        room -= size([mended])
        if room < 0:
            return [*kept, {"output_type": "stream", "name": "stdout", "text": CUT}]
        kept.append(mended)
    return kept


def size(outputs):
    """Return how many characters well-formed outputs hold, or count for."""
    return sum(max(LEAST, sum(map(len, _texts(output)))) for output in outputs)


def plain(text):
    """Return text in which every character can be written to a file, and "" for anything that is not text."""
    return text.encode("utf-8", "replace").decode() if isinstance(text, str) else ""


def _texts(output):
    for value in output.values():
        if isinstance(value, dict):
            yield from value.keys()
            yield from value.values()
        elif isinstance(value, list):
            yield from value
        elif isinstance(value, str):
            yield value


def _mended(output):
    """Return one output with what nbformat requires and nothing else, or None."""
    match output.get("output_type"):
        case "stream":
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            return {"output_type": "stream", "name": name, "text": plain(output.get("text"))}
        case "error":
            trace = output.get("traceback")
            return {
                "output_type": "error",
                "ename": plain(output.get("ename")),
                "evalue": plain(output.get("evalue")),
                "traceback": [plain(line) for line in trace[:MAX_LINES]] if isinstance(trace, list) else [],
            }
        case "display_data" | "execute_result" as kind:
            data = output.get("data")
            pairs = itertools.islice(data.items(), MAX_FORMS) if isinstance(data, dict) else ()
            shown = {plain(mime): plain(text) for mime, text in pairs if isinstance(text, str)}
            more = {"execution_count": None} if kind == "execute_result" else {}
            return {"output_type": kind, "data": shown, "metadata": {}, **more}
    return None
