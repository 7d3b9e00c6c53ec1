"""Send grades to a platform: each score that has changed since it was sent, and nothing if there is no score."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from .. import config as settings
from .. import pin, roster
from ..layout import ClassError, alone, open_class, write_file
from ..progress import bars
from ..standing import by_name, standings

INSTALL = "this command needs the course's extra `lti`: pip install '.[lti]' in a checkout, or 'NAME.whl[lti]'"
NO_USER = "roster.csv has no lms_user_id, by which the platform would know this student"
# By this, Canvas dates hand-ins (otherwise, anything sent after the due date is late) and counts attempts.
CANVAS = "https://canvas.instructure.com/lti/submission"


@dataclass
class Sent:
    """What sending grades did, or in a dry run would do.

    Attributes
    ----------
    scores : dict
        (points, possible points) that were sent, by (student, topic).
    made : list of str
        Topics for which the platform had no line item.
    refused : dict of str
        Why a score was not sent or not taken, by (student, topic).
    unchanged : int
        How many scores are as they were sent before.
    left : dict of float
        What was sent, and the platform keeps, for those who no longer have a score, by (student, topic).
    """

    scores: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    refused: dict[tuple[str, str], str] = field(default_factory=dict)
    unchanged: int = 0
    left: dict[tuple[str, str], float] = field(default_factory=dict)


@alone
def send(directory, topics=(), *, students=(), force=False, dry_run=False, console=None) -> Sent:
    """Send all scores to the platform that ``lti.toml`` names.

    A student is known there by the `lms_user_id` in the roster or the gradebook. A student who has handed in nothing,
    is not graded yet, or waits for a person's mark has no score.

    Parameters
    ----------
    directory : path
        The class directory.
    topics, students : sequence of str
        Which and whose scores to send; by default, all.
    force : bool, optional
        Send even scores that are as they were sent before.
    dry_run : bool, optional
        Ask the platform for its line items, but send and write nothing.
    console : rich.console.Console, optional
        Where progress is shown.

    Raises
    ------
    ClassError
        When the class lacks settings or a key, a topic was not released, or the platform gives no token or no line item
        or cannot be reached. What it took before that is noted, and not sent again.
    """
    try:
        from . import platform as platforms
        from .service import Refused, Service
    except ImportError as error:
        raise ClassError(f"{INSTALL} ({error})") from error
    place = open_class(directory)
    platform = platforms.read(place)
    released = pin.read(place)["topics"]
    for topic in (*topics, *platform.line_items):
        if topic not in released:
            known = ", ".join(released) or "nothing"
            raise ClassError(f"{topic!a} is not released in this class; released: {known}")
    service = Service(platform, platforms.key_of(place, platform, make=not dry_run))
    with settings.log_to(place.state / "send.log") as log:
        wanted = [
            each
            for each in standings(place, log)
            if (not topics or each.topic in topics) and (not students or each.student in students)
        ]
    done, before, users = Sent(), _read(place), _users(place)
    known = _known(done, wanted, before, users)
    try:
        items = _line_items(service, platform, {each.topic: each.possible for each in known}, done, dry_run)
    except Refused as refusal:
        raise ClassError(
            f"the platform does not list its line items ({refusal}); see lineitems in lti.toml"
        ) from refusal
    due = []
    for each in known:
        earlier = before.get(each.topic, {}).get(each.student, {})
        now = {
            "line_item": items[each.topic],
            "user": users[each.student],
            "score": each.final,
            "possible": each.possible,
            "handed_in": each.handed_in and each.handed_in.replace(tzinfo=UTC).isoformat(timespec="milliseconds"),
        }
        if force or any(earlier.get(name) != value for name, value in now.items()):
            due.append((each, now, earlier))
        else:
            done.unchanged += 1
    if not due:
        return done
    if dry_run:
        done.scores = {(each.student, each.topic): (each.final, each.possible) for each, _, _ in due}
        return done
    try:
        with bars(console, len(due), "Sending scores") as (went,):
            for each, now, earlier in due:
                stamp = _stamp(earlier)
                try:
                    service.post(now["line_item"], _score(now, earlier, stamp))
                except Refused as refusal:
                    done.refused[each.student, each.topic] = str(refusal)
                else:
                    done.scores[each.student, each.topic] = each.final, each.possible
                    before.setdefault(each.topic, {})[each.student] = now | {"timestamp": stamp}
                went()
    finally:
        write_file(_file(place), json.dumps(before, indent=1, sort_keys=True).encode())
    return done


def _known(done, wanted, before, users):
    """Return those whose score can be sent, and note what there is to say about the others."""
    several, known = Counter(users.values()), []
    for each in wanted:
        key, user = (each.student, each.topic), users.get(each.student)
        if each.final is None:
            if earlier := before.get(each.topic, {}).get(each.student):
                done.left[key] = earlier["score"]
        elif not user:
            done.refused[key] = NO_USER
        elif several[user] > 1:
            done.refused[key] = f"several students have the lms_user_id {user!r}"
        else:
            known.append(each)
    return known


def _users(place):
    """Return, by student, the platform's id for the user: what the roster says, or else the gradebook."""
    listed = roster.read(place)
    with settings.gradebook(settings.load(place)) as gradebook:
        found = {each.id: each.lms_user_id for each in by_name(gradebook)}
    found |= {student: fields["lms_user_id"] for student, fields in listed.items() if fields.get("lms_user_id")}
    return {student: user for student, user in found.items() if user}


def _line_items(service, platform, topics, done, dry_run):
    """Return the address of each topic's line item; those that are missing are made, or noted in a dry run."""
    found = {topic: url for topic, url in platform.line_items.items() if topic in topics}
    if topics.keys() == found.keys():
        return found
    if not platform.lineitems:
        raise ClassError(
            f"lti.toml lacks lineitems, or a line item for {', '.join(sorted(topics.keys() - found.keys()))}"
        )
    there, may_make = service.line_items()
    for topic, possible in topics.items():
        if topic in found:
            continue
        named = [item for item in there if item.get("resourceId") == topic]
        named = named or [item for item in there if item.get("label") == topic]
        if len(named) > 1:
            raise ClassError(
                f"the platform has {len(named)} line items for {topic}; name one in lti.toml, [line_items]"
            )
        if named:
            found[topic] = service.own(named[0].get("id"))
            continue
        if not may_make:
            raise ClassError(
                f"the platform has no line item called {topic}, and does not let this class make one; make it there, "
                "or name another in lti.toml, [line_items]"
            )
        done.made.append(topic)
        found[topic] = None if dry_run else service.make_line_item(topic, possible)
    return found


def _stamp(earlier):
    """Return the time for a score, later than the one before by at least a second, which Moodle counts in."""
    now = datetime.now(UTC)
    if earlier:
        now = max(now, datetime.fromisoformat(earlier["timestamp"]) + timedelta(seconds=1))
    return now.isoformat(timespec="milliseconds")


def _score(now, earlier, stamp):
    """Return a score as the standard has it; only what is fully graded is a grade to every platform."""
    told = {
        "userId": now["user"],
        "scoreGiven": now["score"],
        "scoreMaximum": now["possible"],
        "timestamp": stamp,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
    }
    when = now["handed_in"]
    told[CANVAS] = {"new_submission": not earlier or when != earlier["handed_in"]}
    if when:
        told["submission"] = {"submittedAt": when}
        told[CANVAS]["submitted_at"] = when
    return told


def _read(place):
    try:
        return json.loads(_file(place).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _file(place):
    return place.state / "sent.json"
