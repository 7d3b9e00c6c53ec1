"""Say what isolation this machine offers, or why it offers none."""

import ast
import platform

from .client import Limits, Refused, Server

INSIDE = """
import os, socket
def tried(action):
    try:
        action()
    except OSError as error:
        return False
    return True
facts = {
    "user": os.getuid(),
    "processes": len([name for name in os.listdir("/proc") if name.isdigit()]),
    "network": tried(lambda: socket.create_connection(("127.0.0.1", 9), 1)),
    "interfaces": [line.split(":")[0].strip() for line in open("/proc/net/dev") if ":" in line],
    "writes": [path for path in ("/usr", "/etc", "/root") if os.access(path, os.W_OK)],
    "home": os.listdir("/home") if os.path.isdir("/home") else [],
}
print(facts)
print("Seccomp:\t2" in open("/proc/self/status").read())
"""


def doctor():
    """Return (sound, lines): whether notebooks can be isolated here, and what was found, for people.

    It tries a real sandbox instead of guessing from versions and settings.
    """
    if platform.system() != "Linux":
        return False, [f"This is {platform.system()}; isolation needs Linux. " + ADVICE]
    try:
        with Server(limits=Limits()) as server, server.sandbox() as sandbox:
            outputs, failed = sandbox.run(INSIDE, 10)
    except Refused as refusal:
        return False, [f"A sandbox was refused: {refusal}. " + ADVICE]
    if failed:
        return False, ["A sandbox was made, but does not work: " + str(outputs)[:500]]
    facts, filtered = outputs[0]["text"].splitlines()
    lines = [
        "This machine can grade: notebooks are isolated by Linux namespaces.",
        f"Tried in a sandbox: {_words(ast.literal_eval(facts))}",
    ]
    if filtered != "True":
        lines.append(UNFILTERED)
    return True, lines


def _words(facts):
    """Return what a sandbox saw as words: "network: no; writes: none"."""
    return "; ".join(f"{name}: {_word(value)}" for name, value in facts.items())


def _word(value):
    if isinstance(value, list):
        return ", ".join(value) or "none"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


ADVICE = (
    "In a container, user namespaces are often switched off; outside one, see sysctl user.max_user_namespaces, "
    "kernel.unprivileged_userns_clone and kernel.apparmor_restrict_unprivileged_userns. If they are not available, "
    "grade on another machine or in a virtual one: without isolation, what students hand in runs as you."
)
UNFILTERED = (
    "System calls are not filtered here (that takes Linux with CONFIG_SECCOMP_FILTER on x86_64 or aarch64): what a "
    "notebook locks or watches may hold up others that are graded alongside it."
)
