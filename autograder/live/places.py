"""The places in a chapter's page that its scripts take hold of: buttons, verdicts, hints, tries, and progress.

They are visible only if scripts run and can be loaded: the first script of a page, a classic one, marks the page as
``live``, and says so if the others cannot be loaded, as in a page that is opened as a file.
"""

import re
from collections import Counter
from html import escape

from docutils import nodes

ANSWER = """\
<div class="live-bar" data-exercise="{exercise}" role="toolbar" aria-label="Your answer">
<button type="button" name="check" disabled title="Shift-Enter">Check</button>
<button type="button" name="run" disabled title="Ctrl-Enter">Run</button>
<button type="button" name="hint" disabled>Hint</button>
<button type="button" name="reset" disabled>Reset</button>
<button type="button" name="solution" aria-expanded="false" hidden>Show a solution</button>
<button type="button" name="others" aria-expanded="false" hidden>How others solved it</button>
<span class="live-status" role="status"></span>
</div>
<ul class="live-hints" aria-label="Hints" hidden></ul>
<div class="live-output" role="region" aria-label="Output" hidden></div>"""

AFTER = """\
<div class="live-shown"></div>
<details class="live-history" hidden><summary></summary><ul></ul></details>"""

WRITTEN = """\
<div class="live-bar" data-exercise="{exercise}" role="toolbar" aria-label="Your answer">
<span class="live-count"></span>
<button type="button" name="finished" disabled>I am done: show the rubric</button>
<span class="live-status" role="status"></span>
</div>
<div class="live-rubric" role="group" aria-label="Rubric" tabindex="-1" hidden>
<p>What a reader looks for. Tick what your answer covers:</p><ul></ul><p class="live-points"></p>
</div>"""

BEGINNING = """\
<div class="live-progress" id="live-progress" role="group" aria-label="Your progress">
<label><progress max="{total}" value="0"></progress> <span>{told}</span></label>
<button type="button" name="download" disabled>Download my answers</button>
<label><input type="checkbox" name="attempts"> with my attempts, which otherwise stay in this browser</label>
<p class="live-status" role="status"></p>
<p class="live-notice" role="alert" hidden></p>
<details class="live-panel"><summary>All my answers, in all chapters</summary>
<p>They are kept in this browser and nowhere else. Save them to a file to keep them safe or to take them to another.</p>
<div class="live-bar">
<button type="button" name="save" disabled>Save to a file</button>
<button type="button" name="load" disabled>Load from a file</button>
<input type="file" accept=".json,application/json" aria-label="A file that was saved here" hidden>
<button type="button" name="bring" disabled hidden></button>
<button type="button" name="erase" disabled>Erase</button>
</div>
<p class="live-status" role="status"></p>
</details>
</div>
<p class="live-still" data-why="file" hidden>This page was opened as a file. Browsers then load no
scripts, so exercises and figures stand still. Read it as it is and answer in <a href="{assignment}">the notebook</a>,
or serve the folder with a web server, such as <code>python -m http.server</code>.</p>
<p class="live-still" data-why="unloaded" hidden>The scripts of this page could not be loaded, so its exercises and
figures stand still. Load the page again, or answer in <a href="{assignment}">the notebook</a>.</p>
<script>
var live = {{
  still: why => {{
    if (document.querySelector(".live-still:not([hidden])")) return
    document.documentElement.classList.remove("live")
    document.querySelector(`.live-still[data-why="${{why}}"]`).hidden = false
  }}
}}
// Loading errors do not bubble. No tag has its own handler, since a site's policy on scripts would refuse that.
document.addEventListener("error", ({{ target }}) => target.type === "module" && live.still("unloaded"), true)
if (location.protocol === "file:") live.still("file")
else document.documentElement.classList.add("live")
</script>"""

HINT = re.compile(r"hint\(.*\)")


def raw(text):
    """Return HTML as a node."""
    return nodes.raw("", text, format="html")


def beginning(content, questions, assignment):
    """Return what goes below a chapter's title, given how many `questions` it has and its notebook's address."""
    kinds = Counter(section.kind for section in content.sections)
    parts = {"exercises passed": kinds["code"], "written": kinds["text"], "questions right": questions}
    told = ", ".join(f"0 of {count} {part}" for part, count in parts.items() if count)  # as progress.js counts
    return raw(BEGINNING.format(total=sum(parts.values()), told=told, assignment=escape(assignment)))


def furnish(frame, section):
    """Put the places of one exercise into its frame."""
    _mark_sentences_for_notebooks(frame)
    if section.kind == "text":
        frame.append(raw(WRITTEN.format(exercise=escape(section.exercise))))
        return
    starter = next(node for node in frame if "tag_exercise" in node.get("classes", ()))
    frame.insert(frame.index(starter) + 1, raw(ANSWER.format(exercise=escape(section.exercise))))
    frame.append(raw(AFTER))


def _mark_sentences_for_notebooks(frame):
    """Set apart the sentences of a prompt that say to type ``hint(...)``: a page has a button for that."""
    for code in list(frame.findall(lambda node: isinstance(node, nodes.literal) and HINT.fullmatch(node.astext()))):
        before, after = _neighbours(code)
        begin = before.rfind(". ") + 2 if ". " in before else 0
        end = after.find(".") + 1 or len(after)
        parent, place = code.parent, code.parent.index(code)
        sentence = nodes.inline("", "", nodes.Text(before[begin:]), code.deepcopy(), nodes.Text(after[:end]))
        sentence["classes"].append("for-notebooks")
        first, last = place - bool(before), place + bool(after)
        parent[first : last + 1] = [nodes.Text(before[:begin]), sentence, nodes.Text(after[end:])]


def _neighbours(node):
    """Return the text just before a node and the text just after it."""
    place = node.parent.index(node)
    around = [node.parent[each] if 0 <= each < len(node.parent) else None for each in (place - 1, place + 1)]
    return ["" if not isinstance(each, nodes.Text) else str(each) for each in around]
