"""Execute chapters with the rounding of other processors, and report which verdicts change.

For maintainers: ``python tools/compare_roundings.py [TOPIC...]``; all topics, the default, take two cores ten minutes.
NumPy multiplies matrices with code written for the processor at hand, so products differ in their last digit. A deep
network amplifies that, so that a comparison may choose another learning rate, or a claim near its bound come to another
verdict. What a chapter says must hold on each of these.
"""

import argparse
import os
import sys
from functools import partial

import jupytext
from nbclient import NotebookClient

from autograder import chapter
from autograder.live.claims import BOX
from autograder.live.execute import COLOURS, Failed, side_by_side

# The kinds of processor that OpenBLAS is told it has: with 512-bit vectors, with 256-bit ones and fused
# multiply-add, and with 128-bit ones.
KINDS = ("SkylakeX", "Haswell", "Nehalem")


def main(topics):
    verdicts = {topic: {} for topic in topics}
    jobs = {f"{topic} as {kind}": partial(execute, topic, kind, verdicts) for topic in topics for kind in KINDS}
    failures = side_by_side(jobs, tell)
    print(*failures, sep="\n\n")
    changing = [line for topic in topics for line in differences(topic, verdicts[topic])]
    print("\n".join(changing) or "No verdict changes.")
    sys.exit(bool(failures or changing))


def tell(name, seconds, failure):
    print(f"{name}: {'failed after' if failure else 'took'} {seconds:.0f} s", flush=True)


async def execute(topic, kind, verdicts):
    """Run a chapter's cells in a kernel of that kind, and note the verdict of each claim by its sentence."""
    path = chapter.ROOT / "chapters" / f"{topic}.md"
    notebook = jupytext.read(path)
    client = NotebookClient(
        notebook,
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--log-level=ERROR"],  # as in autograder/live/execute.py
    )
    try:
        await client.async_execute(env=os.environ | {"OPENBLAS_CORETYPE": kind, "OMP_NUM_THREADS": "1"})
    except Exception as error:
        raise Failed(f"{topic} as {kind}\n{COLOURS.sub('', str(error)).strip()}") from error
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    shown = "".join(output.get("data", {}).get("text/html", "") for output in outputs)
    verdicts[topic][kind] = {found["sentence"]: found["verdict"] for found in BOX.finditer(shown)}


def differences(topic, verdicts):
    """Yield a line for each claim whose verdict is not the same on all kinds of processors."""
    for sentence in sorted(set().union(*verdicts.values())):
        found = {kind: verdicts[kind].get(sentence, "missing") for kind in verdicts}
        if len(set(found.values())) > 1:
            yield f"{topic}: {sentence} " + ", ".join(f"{kind}: {verdict}" for kind, verdict in found.items())


def topic(text):
    """Return an argument, which must be a topic."""
    if text not in chapter.topics():
        raise argparse.ArgumentTypeError(f"expected a topic ({', '.join(chapter.topics())}), got {text!r}")
    return text


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("topics", nargs="*", type=topic, metavar="TOPIC", help="all topics by default")
    main(parser.parse_args().topics or chapter.topics())
