"""Submissions on their way to a cluster, and which of them go in one message."""

from dataclasses import dataclass

from ..classroom.judging import Job, Material

MOST = 2**22  # bytes of submissions in one message, of which Dask makes copies


@dataclass
class Sent:
    """A submission at the cluster, or set aside; `lost` counts how often a worker ended that was not judging it."""

    task: object
    job: Job
    material: Material
    size: int
    lost: int = 0
    key: str = ""


def messages(due):
    """Yield lists of submissions that are sent together: those for one assignment, as many as a message holds."""
    for topic in dict.fromkeys(sent.job.topic for sent in due):
        together, room = [], MOST
        for sent in (each for each in due if each.job.topic == topic):
            if together and sent.size > room:
                yield together
                together, room = [], MOST
            together.append(sent)
            room -= sent.size
        yield together
