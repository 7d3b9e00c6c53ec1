"""Take away from a process everything that an answer does not need: Linux namespaces, limits, a separate view.

There are three steps. The warm interpreter is the first process of a PID namespace (`unshare`). When it is warm, it
makes a read-only view of the machine its whole world (`build_view`). Each of its children (`fork`) gets its own
namespaces in there and a fresh temporary folder, and gives up its user (`enter`): what runs a student's code is an
unmapped user without capabilities, who can make no further namespace. `seccomp` then refuses what no namespace divides.
"""

import contextlib
import ctypes
import importlib.util
import os
import platform
import resource
import struct
import sys
from pathlib import Path

from . import seccomp

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.mount.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p)
NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
RDONLY, NOSUID, NODEV, NOEXEC, REMOUNT, NOATIME, NODIRATIME, BIND = 1, 2, 4, 8, 32, 1024, 2048, 4096
REC, PRIVATE, RELATIME = 16384, 1 << 18, 1 << 21
DETACH = 2
SET_PDEATHSIG, SET_DUMPABLE, CAPBSET_DROP, SET_NO_NEW_PRIVS = 1, 4, 24, 38
JOIN_SESSION_KEYRING = 1
CAPABILITY_VERSION = 0x20080522
NOBODY = 65534

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/etc/alternatives", "/etc/fonts", "/etc/localtime")
FILES = ("/etc/ld.so.cache", "/etc/ld.so.conf")
MADE_UP = {  # the machine's own users and hosts are out of sight
    "etc/passwd": "student:x:{user}:{group}::/tmp:/bin/sh\n",
    "etc/group": "student:x:{group}:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "etc/hosts": "127.0.0.1 localhost sandbox\n",
}
LINKS = {"fd": "", "stdin": "/0", "stdout": "/1", "stderr": "/2"}
DEVICES = ("null", "full", "random", "urandom")  # not "zero": sharing it gives memory that nobody counts
INODES = 10_000  # files that an answer may make
WORK = "/tmp/work"  # the working directory that an answer sees


class NoIsolation(Exception):
    """This machine does not let a process be isolated; the message says what was refused."""


def unshare():
    """Give this process a user namespace, and its children a PID namespace, in which the first child is process 1.

    When that one ends, for whatever reason, the kernel kills all that it and its children started.
    """
    # Keys belong to no namespace. If this fails, there are none, or `seccomp` keeps answers from them.
    LIBC.syscall(_number("keyctl"), JOIN_SESSION_KEYRING, None)
    uid, gid = os.getuid(), os.getgid()
    if uid == 0:
        with _helper(os.getpid()):
            _call("unshare", NEWUSER | NEWPID)
        if not _mapped(1):
            raise NoIsolation("uid_map: a second user cannot be mapped")
        return
    _call("unshare", NEWUSER | NEWPID)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"0 {uid} 1")
    _write("/proc/self/gid_map", f"0 {gid} 1")


@contextlib.contextmanager
def _helper(pid):
    """For root: have a child that stays outside map a second, powerless user into the namespace made inside the block.

    Limits on processes do not bind root in any namespace, so an answer must not be root's in any.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writer)
        os.read(reader, 1)  # until the other end closes it
        with contextlib.suppress(NoIsolation):
            for name in ("uid_map", "gid_map"):
                _write(f"/proc/{pid}/{name}", f"0 0 1\n1 {NOBODY} 1")
        os._exit(0)
    os.close(reader)
    try:
        yield
    finally:
        os.close(writer)
        os.waitpid(child, 0)


def die_with_parent():
    """Let the kernel kill this process when its parent ends."""
    LIBC.prctl(SET_PDEATHSIG, 9, 0, 0, 0)


def build_view(root, visible, hidden):
    """Make a read-only view the whole world of this process, the first of its PID namespace, and of its children.

    Parameters
    ----------
    root : path
        A directory on which the view is mounted; nobody else sees that.
    visible : sequence of path
        Directories that can be read in addition to the system's: the Python environment.
    hidden : sequence of path
        Directories inside these that appear empty.
    """
    _call("unshare", NEWNS | NEWUTS)
    _call("mount", None, b"/", None, PRIVATE | REC, None)
    _mount("tmpfs", root, NOSUID | NODEV, "size=1m,mode=755")
    for name in ("proc", "tmp", "old", "dev", "dev/shm", "etc"):
        (root / name).mkdir()
    _mount("proc", root / "proc", NOSUID | NODEV, None)
    for path in map(Path, (*SYSTEM, *FILES, *visible)):
        _show(path, root)
    for path in hidden:
        if (inside := root / Path(path).relative_to("/")).is_dir():
            _mount("tmpfs", inside, NOSUID | NODEV | RDONLY, "size=4k,mode=755")
    for name in DEVICES:
        (root / "dev" / name).touch()
        _call("mount", f"/dev/{name}".encode(), bytes(root / "dev" / name), None, BIND, None)
    for name, descriptor in LINKS.items():
        (root / "dev" / name).symlink_to(f"/proc/self/fd{descriptor}")
    user, group = (int(Path(f"/proc/sys/kernel/overflow{kind}").read_text()) for kind in ("uid", "gid"))
    for name, text in MADE_UP.items():
        (root / name).write_text(text.format(user=user, group=group))
    _pivot(root)
    _remount_readonly("/")
    _call("sethostname", b"sandbox", 7)


def fork():
    """Fork a child that is the first of a PID namespace inside this process's own."""
    own = os.open("/proc/self/ns/pid", os.O_RDONLY)
    child = None
    try:
        _call("unshare", NEWPID)
        child = os.fork()
    finally:
        if child != 0:
            _call("setns", own, NEWPID)  # or the next child would land in the same one
        os.close(own)
    return child


def enter(visible, files, size, shared):
    """In a child from `fork`: get its own mounts, network and interprocess communication, and give up the user.

    Parameters
    ----------
    visible : sequence of path
        As given to `build_view`.
    files : dict of str to bytes
        What is in the working directory, by its path there.
    size : int
        How much the answer may write to files, in bytes.
    shared : int
        How much its processes may share in ``/dev/shm``, in bytes.
    """
    _call("unshare", NEWNS | NEWIPC | NEWNET)
    _mount("proc", "/proc", NOSUID | NODEV, None)
    covered = {path: os.open(path, os.O_PATH) for path in visible if path.is_relative_to("/tmp")}
    _mount("tmpfs", "/tmp", NOSUID | NODEV, f"size={size},nr_inodes={INODES},mode=1777")
    for path, descriptor in covered.items():
        path.mkdir(parents=True)
        _call("mount", f"/proc/self/fd/{descriptor}".encode(), bytes(path), None, BIND | REC, None)
        os.close(descriptor)
    _mount("tmpfs", "/dev/shm", NOSUID | NODEV, f"size={shared},nr_inodes={INODES},mode=1777")
    os.mkdir(WORK)
    os.chdir(WORK)
    lay(files)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")  # when memory runs out, this goes first
    _remount_readonly("/proc")
    _give_up_user(work_of=WORK)


def lay(files):
    """Write files into the working directory, by their paths below it."""
    for name, content in files.items():
        path = Path(*(part for part in Path(name).parts if part not in ("/", "..")))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def limit(*, memory, cpu, processes, file_size, open_files=256):
    """Cap what this process and its children may use; `memory`, in bytes, comes on top of what is already mapped.

    A limit of None is not set.
    """
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    for name, value in (
        ("AS", mapped + memory),
        ("CPU", cpu),
        ("NPROC", processes),
        ("FSIZE", file_size),
        ("NOFILE", open_files),
        ("MEMLOCK", 2**16),
        ("CORE", 1),  # unlike 0, this keeps crashes from a program that the machine starts for each one (core(5))
    ):
        if value is not None:
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))


def environment_paths():
    """Return where the Python environment and the reference are; a checkout of the course around them stays unseen."""
    reference = importlib.util.find_spec("dnnkit").submodule_search_locations[0]
    roots = sorted({Path(path).resolve() for path in (sys.prefix, sys.base_prefix, reference)})
    return [path for path in roots if not any(path != other and path.is_relative_to(other) for other in roots)]


def _give_up_user(work_of):
    """Become a user that is mapped nowhere."""
    if os.getuid() == 0 and _mapped(1):
        for path in (Path(work_of), *Path(work_of).rglob("*")):
            os.chown(path, 1, 1)
        os.setgroups([])
        os.setresgid(1, 1, 1)
        os.setresuid(1, 1, 1)
    if LIBC.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise NoIsolation("prctl: no new privileges")
    _call("unshare", NEWUSER)  # a user mapped nowhere can make no further one
    _drop_capabilities()
    LIBC.prctl(SET_DUMPABLE, 1, 0, 0, 0)  # so that the keeper can read its memory in /proc


def _drop_capabilities():
    """Give up what the creator of a user namespace may do in it."""
    for capability in range(64):
        LIBC.prctl(CAPBSET_DROP, capability, 0, 0, 0)  # fails for those that this kernel does not know
    header = struct.pack("=Ii", CAPABILITY_VERSION, 0)
    _call("capset", header, bytes(24))


def _mapped(uid):
    lines = Path("/proc/self/uid_map").read_text().splitlines()
    return any(int(first) <= uid < int(first) + int(count) for first, _, count in map(str.split, lines))


def _show(path, root):
    """Bind a path read-only into the new root, at the same place; a symbolic link is copied as one."""
    inside = root / path.relative_to("/")
    if not path.exists() or inside.exists() or inside.is_symlink():
        return
    inside.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink():
        inside.symlink_to(os.readlink(path))
        return
    inside.mkdir() if path.is_dir() else inside.touch()
    _call("mount", bytes(path), bytes(inside), None, BIND | REC, None)
    _remount_readonly(inside)


def _remount_readonly(path):
    flags = os.statvfs(path).f_flag  # a mount's own flags must stay: a user namespace may not clear them
    kept = flags & (NOSUID | NODEV | NOEXEC | NOATIME | NODIRATIME) | (RELATIME if flags & os.ST_RELATIME else 0)
    _call("mount", None, bytes(Path(path)), None, REMOUNT | BIND | RDONLY | kept, None)


def _pivot(root):
    if LIBC.syscall(_number("pivot_root"), bytes(root), bytes(root / "old")):
        raise NoIsolation(f"pivot_root: {os.strerror(ctypes.get_errno())}")
    os.chdir("/")
    _call("umount2", b"/old", DETACH)
    os.rmdir("/old")


def _number(call):
    """Return the number of a system call for which the C library has no function."""
    try:
        return seccomp.numbers(platform.machine())[call]
    except seccomp.NoFilter as unknown:
        raise NoIsolation(str(unknown)) from None


def _mount(kind, path, flags, options):
    _call("mount", kind.encode(), os.fsencode(path), kind.encode(), flags, options and options.encode())


def _call(name, *arguments):
    if getattr(LIBC, name)(*arguments):
        reason = os.strerror(ctypes.get_errno())
        shown = [os.fsdecode(argument) for argument in arguments if isinstance(argument, bytes)]
        raise NoIsolation(f"{' '.join((name, *shown))}: {reason}")


def _write(path, content):
    try:
        Path(path).write_text(content)
    except OSError as error:
        raise NoIsolation(f"{path}: {error.strerror}") from None
