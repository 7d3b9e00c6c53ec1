"""What a sandbox cannot reach, tried from inside with the operating system's own means."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import autograder
from autograder.judge.verdict import Ended
from autograder.sandbox import isolate
from autograder.sandbox.client import Server


def says(sandbox, source):
    outputs, failed = sandbox.run(source, 20)
    assert not failed, outputs
    return outputs[0]["text"].strip() if outputs else ""


def raises(sandbox, source):
    outputs, failed = sandbox.run(source, 20)
    assert failed, outputs
    return f"{outputs[-1]['ename']}: {outputs[-1]['evalue']}"


def test_it_is_an_unmapped_user_without_a_capability(sandbox):
    status = says(sandbox, "print(open('/proc/self/status').read())")
    lines = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert lines["Uid"].split() == ["65534"] * 4
    assert {name: int(lines[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == dict.fromkeys(
        ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"), 0
    )
    assert lines["NoNewPrivs"] == "1"
    assert says(sandbox, "print(open('/proc/self/uid_map').read())") == ""


def test_it_sees_no_other_process(sandbox):
    assert says(sandbox, "import os; print([n for n in os.listdir('/proc') if n.isdigit()], os.getpid())") == "['1'] 1"


def test_it_cannot_write_outside_its_folder(sandbox):
    for path in ("/x", "/usr/x", "/etc/x", "/root/x", "/dev/x", f"{os.path.dirname(os.__file__)}/x"):
        assert "Read-only file system" in raises(sandbox, f"open({path!r}, 'w')") or "No such file" in raises(
            sandbox, f"open({path!r}, 'w')"
        )
    assert says(sandbox, "open('mine', 'w').write('1'); print(open('mine').read())") == "1"


def test_its_folder_holds_the_submissions_files_and_nothing_else(sandbox):
    assert says(sandbox, "import os; print(os.getcwd(), os.listdir('.'), open('data.csv').read())").startswith(
        "/tmp/work ['data.csv'] 1,2"
    )


@pytest.mark.parametrize("place", ["/etc/shadow", "/home", "/var", "/root/.ssh", "/opt", "/sys", "/run", "/old"])
def test_the_rest_of_the_machine_is_not_there(sandbox, place):
    assert says(sandbox, f"import os; print(os.path.exists({place!r}))") == "False"


def test_neither_exercises_nor_chapters_nor_tests_are_there(sandbox):
    package = Path(autograder.__file__).parent
    for place in (
        package / "exercises" / "dropout",
        package.parent / "chapters",
        package.parent / "tests",
        package / "judge" / "judge.py",
    ):
        assert place.exists()
        assert says(sandbox, f"import os; print(os.path.exists({str(place)!r}))") == "False"


def test_the_network_is_not_there(sandbox):
    connect = "import socket; socket.create_connection(('127.0.0.1', 9), 2)"
    assert "Network is unreachable" in raises(sandbox, connect)
    assert says(sandbox, "print([line.split()[0] for line in open('/proc/net/dev')][2:])") == "['lo:']"


def test_it_can_make_no_namespace_and_mount_nothing(sandbox):
    source = "import ctypes, os; libc = ctypes.CDLL(None, use_errno=True); print({}, ctypes.get_errno())"
    for call in (
        "libc.unshare(0x10000000)",
        "libc.unshare(0x20000)",
        "libc.mount(b'tmpfs', b'/tmp', b'tmpfs', 0, None)",
        "libc.sethostname(b'x', 1)",
    ):
        result, errno = says(sandbox, source.format(call)).split()
        assert result == "-1"
        assert int(errno) != 0


def test_processes_are_limited(sandbox):
    source = """
import os, time
children = 0
try:
    for _ in range(500):
        if os.fork() == 0:
            time.sleep(30)
            os._exit(0)
        children += 1
except BlockingIOError:
    pass
print(children)
"""
    assert 0 < int(says(sandbox, source)) < 40


def test_files_are_limited(sandbox):
    assert "File too large" in raises(sandbox, "open('big', 'wb').write(bytes(2**25))")
    many = "for n in range(10):\n    open(f'big{n}', 'wb').write(bytes(2**22))"
    assert "No space left" in raises(sandbox, many)


def test_memory_is_limited(sandbox):
    assert "MemoryError" in raises(sandbox, "bytearray(2 * 2**30)")


def test_memory_of_other_programs_counts_in_full(server):
    """As much as the warm interpreter itself has, but none of it shared."""
    source = f"""
import subprocess, sys
code = "held = bytearray({200 * 2**20}); input()"
many = [subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) for _ in range(8)]
many[0].wait()
"""
    with server.sandbox() as sandbox, pytest.raises(Ended, match="out of memory"):
        sandbox.run(source, 20)


UNREAD = """
import socket
listening = socket.socket(socket.AF_UNIX)
listening.bind("queue")
listening.listen(4096)
for _ in range(4000):
    one = socket.socket(socket.AF_UNIX)
    one.setblocking(False)
    one.connect("queue")
    try:
        while True:
            one.send(bytes(2**16))
    except BlockingIOError:
        one.close()
"""
SHARED = """
import os, time
for number in range(16):
    open(f"/dev/shm/{number}", "wb").write(bytes(2**24))
held = bytearray(b"1") * (930 * 2**20)
time.sleep(5)
"""


@pytest.mark.parametrize("source", [UNREAD, SHARED], ids=["sockets", "files"])
def test_memory_that_lies_in_no_process_counts(sandbox, source):
    with pytest.raises(Ended, match="out of memory"):
        sandbox.run(source, 20)


def test_memory_that_processes_share_counts_once(sandbox):
    source = f"""
import multiprocessing, time
held = b"1" * {300 * 2**20}
many = [multiprocessing.get_context("fork").Process(target=time.sleep, args=(2,)) for _ in range(6)]
for each in many:
    each.start()
for each in many:
    each.join()
print(sum(each.exitcode for each in many))
"""
    assert says(sandbox, source) == "0"


NAMED = """
import socket, time
kept = []
for number in range(50):
    one = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    one.bind(f"\\0{number}\\nffff: 0 0 0 0001 \\n\\xff: x")
    kept.append(one)
time.sleep(1)
print("on")
"""


def test_names_of_sockets_tell_its_keeper_nothing(sandbox):
    assert says(sandbox, NAMED) == "on"


def test_a_crash_starts_no_program_of_the_machine(sandbox):
    assert says(sandbox, "import resource; print(resource.getrlimit(resource.RLIMIT_CORE))") == "(1, 1)"
    crash = "import os, subprocess, sys; subprocess.run([sys.executable, '-c', 'import os; os.abort()']); "
    assert says(sandbox, f"{crash}print(os.listdir('.'))") == "['data.csv']"


def test_it_is_what_ends_where_the_machine_runs_out_of_memory(sandbox):
    assert says(sandbox, "print(open('/proc/self/oom_score_adj').read())") == "1000"
    assert "Read-only file system" in raises(sandbox, "open('/proc/self/oom_score_adj', 'w')")


def test_its_host_has_a_name_that_says_nothing(sandbox):
    assert says(sandbox, "import socket; print(socket.gethostname())") == "sandbox"


def test_no_user_and_no_search_path_of_the_machine_is_in_sight(sandbox):
    assert says(sandbox, "print(open('/etc/passwd').read())") == "student:x:65534:65534::/tmp:/bin/sh"
    path = f"PATH={sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin"
    for place in ("'\\0'.join(map('='.join, os.environ.items()))", "open('/proc/1/environ').read()"):
        variables = says(sandbox, f"import os; print({place})").split("\0")
        assert [one for one in variables if one.startswith("PATH=")] == [path]


def test_its_environment_holds_no_secret(sandbox):
    names = says(sandbox, "import os; print(sorted(os.environ))")
    assert "SEED" not in names
    assert "AUTOGRADER" not in names


def test_the_python_environment_is_found_without_the_checkout():
    paths = isolate.environment_paths()
    assert all(path.is_dir() for path in paths)
    assert not any((path / "chapters").exists() for path in paths)


def test_a_signal_to_its_group_reaches_no_other(server):
    with server.sandbox() as one, server.sandbox() as other:
        with pytest.raises(Ended):
            one.run("import os; os.kill(0, 9)\nos._exit(0)", 5)
        assert says(other, "print('here')") == "here"


LEAVES = """
import socket
open("/tmp/left", "w").close()
kept = socket.socket(socket.AF_UNIX)
kept.bind("\\0left")
kept.listen()
open("/dev/shm/left", "w").close()
print(True)
"""
FINDS = """
import os, socket
there = socket.socket(socket.AF_UNIX).connect_ex("\\0left") == 0
print(os.path.exists("/tmp/left"), there, os.path.exists("/dev/shm/left"))
"""


def test_one_finds_nothing_that_another_leaves(server):
    with server.sandbox() as one, server.sandbox() as other:
        assert says(one, LEAVES) == "True"
        assert says(one, FINDS) == "True True True"
        assert says(other, FINDS) == "False False False"


def test_files_are_limited_in_number(sandbox):
    assert "No space left" in raises(sandbox, "for n in range(20_000):\n    open(str(n), 'w').close()")


SLEEPS = """
import ctypes, os, subprocess
ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)  # not with its parent's death
subprocess.Popen(["sleep", "{}"], start_new_session=True)
"""


def test_nothing_outlives_the_interpreter():
    mark = f"4{os.getpid()}"
    with Server() as server, server.sandbox() as sandbox:
        sandbox.run(SLEEPS.format(mark), 10)
        assert runs(mark)
        server._process.kill()
        for _ in range(50):
            if not runs(mark):
                return
            time.sleep(0.1)
    pytest.fail("a process outlives the interpreter from which its sandbox was forked")


def runs(mark):
    return mark in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout.split()
