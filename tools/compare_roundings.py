"""Execute chapters as other processors round, and say which verdicts change.

For maintainers: ``python tools/compare_roundings.py [TOPIC...]``, all topics if none is told, which takes two cores
ten minutes. NumPy multiplies matrices by code that is written for the processor at hand, and products differ in their
last digit. A deep network carries that far, so that a comparison may choose another learning rate, or a claim near its
bound come to another verdict. What a chapter says must hold on each of these.
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

# By the kind of processor that OpenBLAS takes it for: with 512-bit vectors, with 256-bit ones that add as they
# multiply, and with 128-bit ones.
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
    """Run a chapter's cells in a kernel of that kind, and note the verdicts of its claims by their sentences."""
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
    """Lines on the claims that not all kinds of processors come to the same verdict on."""
    for sentence in sorted(set().union(*verdicts.values())):
        found = {kind: verdicts[kind].get(sentence, "missing") for kind in verdicts}
        if len(set(found.values())) > 1:
            yield f"{topic}: {sentence} " + ", ".join(f"{kind}: {verdict}" for kind, verdict in found.items())


def topic(text):
    """Return an argument that is a topic."""
    if text not in chapter.topics():
        raise argparse.ArgumentTypeError(f"expected a topic ({', '.join(chapter.topics())}), got {text!r}")
    return text


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("topics", nargs="*", type=topic, metavar="TOPIC", help="without any: all topics")
    main(parser.parse_args().topics or chapter.topics())
