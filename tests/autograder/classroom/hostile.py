"""A submission that tries to run something on the page of anyone who looks at it, in every way that a notebook offers.

Anything that runs calls `ran` with the place it was in, or asks `ELSEWHERE` for something of that name.
"""

from nbformat import v4

ELSEWHERE = "elsewhere.test"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
HTML = """<script>ran('HERE script')</script><img src=x onerror="ran('HERE error')"><svg onload="ran('HERE svg')"></svg>
<iframe srcdoc="<script>parent.ran('HERE frame')</script>"></iframe>
<details open ontoggle="ran('HERE toggle')">a</details>
<a href="javascript:ran('HERE link')">b</a> <a href="java&#10;script:ran('HERE link')">c</a>
<form action="javascript:ran('HERE form')"><button>d</button></form>
<style>@import 'http://elsewhere.test/HERE.css';</style> <img src="http://elsewhere.test/HERE.png">
<div class="mark-graded save-icon" data-link="javascript:ran('HERE data')" data-toggle="tooltip" data-html="true"
 title="<img src=x onerror=ran('HERE tooltip')>">e</div>
<meta http-equiv="refresh" content="0;url=javascript:ran('HERE refresh')"><base href="http://elsewhere.test/">
"""
MARKDOWN = f"""{HTML}

[a](javascript:ran('HERE')) <javascript:ran('HERE')> ![b](x"onerror="ran('HERE')) [c][d] `</code><script>ran('HERE')`

[d]: javascript:ran('HERE')

$\\href{{javascript:ran('HERE')}}{{x}}$ $</script><script>ran('HERE formula')</script>$

```html"><script>ran('HERE fence')</script>
</code></pre><script>ran('HERE code')</script>
```
"""
SHOWN = """
from IPython.display import display
for form in ("html", "markdown", "latex", "plain", "vnd.mermaid"):
    display({f"text/{form}": EVIL.replace("HERE", form)}, raw=True)
display({"application/javascript": "ran('javascript')"}, raw=True)
svg = "<svg xmlns='http://www.w3.org/2000/svg' onload=\\"ran('image')\\"><script>ran('image script')</script></svg>"
display({"image/svg+xml": svg, "text/plain": EVIL}, raw=True)
display({"image/png": '"><script>ran("png")</script>', "image/jpeg": '" onerror="ran(1)'}, raw=True)
display({"application/vnd.autograder.report+json": {}, "text/html": "<div class=dnn-report>" + EVIL}, raw=True)
display({"application/vnd.jupyter.widget-view+json": {"model_id": EVIL}, "application/json": {"a": EVIL}}, raw=True)
print(EVIL, "\\x1b[31m" + EVIL + "\\x1b]8;;javascript:ran('terminal')\\x1b\\\\link\\x1b]8;;\\x1b\\\\")
raise type(EVIL, (Exception,), {})(EVIL)
"""


def hostile(notebook):
    """Return the toy assignment's notebook with all of it written into its cells and into extra ones."""
    for cell in notebook.cells:
        if cell.id == "double-answer":
            message = at("message", HTML)
            cell.source = f"def double(a):  # </pre>{at('answer', HTML)!r}\n    raise ValueError({message!r})"
        if cell.id == "why":
            cell.source = at("text", f"{MARKDOWN}\n\n![a](attachment:a.png) ![b](attachment:lost.png)")
            cell.attachments = {"a.png": {"image/png": PIXEL}}
    notebook.cells[1:1] = [
        v4.new_code_cell(f"EVIL = {MARKDOWN!r}\n{SHOWN}"),
        v4.new_markdown_cell(at("markdown", MARKDOWN), attachments={"x.svg": {"image/svg+xml": at("attached", HTML)}}),
        v4.new_raw_cell(at("raw", HTML)),
        v4.new_raw_cell(at("rawhtml", HTML), metadata={"raw_mimetype": "text/html"}),
    ]
    return notebook


def at(place, text):
    """Return text that names the place it is in."""
    return text.replace("HERE", place)
