"""Refuse system calls that no notebook needs: with them an answer could reach, hold up or overhear others.

Namespaces do not divide everything: keys belong to a user or a session, leases, locks and watches to files that others
read too, and some memory is where nobody counts it. The filter answers such a call with "Operation not permitted", as
would a system that lacks it, so that libraries do without. It is a program for the kernel (see seccomp(2) and
linux/filter.h), which a process passes on to all that it starts, and which nobody can take off.
"""

import ctypes
import errno
import os
import platform
import struct
from functools import cache

LIBC = ctypes.CDLL(None, use_errno=True)
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # what the kernel calls them
LOAD, MASK, EQUAL, AT_LEAST, RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # where they are in what the kernel shows a filter
ALLOW, FAIL = 0x7FFF0000, 0x00050000
SET_MODE_FILTER, SPEC_ALLOW = 1, 4  # without the second, kernels before 5.16 slow down everything in a filtered process

# The number of each on x86_64 and on aarch64.
REFUSED = """
keys, which belong to a user or a session:
    add_key 248 217, request_key 249 218, keyctl 250 219
watches on files, and locks, which need no right to write:
    inotify_init 253 -, inotify_init1 294 26, inotify_add_watch 254 27, fanotify_init 300 262, fanotify_mark 301 263,
    flock 73 32
other processors, and a different share of them:
    sched_setaffinity 203 122, sched_setparam 142 118, sched_setscheduler 144 119, sched_setattr 314 274,
    ioprio_set 251 30
what other processes have:
    ptrace 101 117, process_vm_readv 310 270, process_vm_writev 311 271, process_madvise 440 440, pidfd_getfd 438 438,
    kcmp 312 272
programs in the kernel, its counters, and calls that no filter sees:
    bpf 321 280, seccomp 317 277, perf_event_open 298 241, userfaultfd 323 282, io_uring_setup 425 425,
    io_uring_enter 426 426, io_uring_register 427 427
memory that is in no file and no process, or that is shared by the whole machine:
    memfd_create 319 279, memfd_secret 447 447, shmget 29 194, semget 64 190, msgget 68 186, mq_open 240 180,
    io_setup 206 0
mounts, namespaces, files by their handles:
    mount 165 40, umount2 166 39, pivot_root 155 41, chroot 161 51, move_mount 429 429, open_tree 428 428,
    fsopen 430 430, fsconfig 431 431, fsmount 432 432, fspick 433 433, mount_setattr 442 442, unshare 272 97,
    setns 308 268, name_to_handle_at 303 264, open_by_handle_at 304 265
the machine:
    init_module 175 105, finit_module 313 273, delete_module 176 106, kexec_load 246 104, kexec_file_load 320 294,
    reboot 169 142, swapon 167 224, swapoff 168 225, syslog 103 116, acct 163 89, quotactl 179 60,
    settimeofday 164 170, clock_settime 227 112, clock_adjtime 305 266, adjtimex 159 171, sync 162 81, syncfs 306 267,
    modify_ldt 154 -, iopl 172 -, ioperm 173 -, personality 135 92
"""
NEWEST = 451  # call known when this list was made; on x86_64, all have a second number far above
CLONE3 = 435, 435  # whose arguments no filter sees
SETSID = 112, 157  # with many sessions, a process could get many shares of a processor; it only pretends to work

# By the bits of an argument that a mask leaves: its place, the mask, and the only values allowed, or those refused.
ALL = 0xFFFFFFFF
BY_ARGUMENT = (
    ((72, 25), 1, ALL, True, (0, 1, 2, 3, 4, 1030, 1032)),  # fcntl: not for locks, leases, watches, larger pipes
    ((41, 198), 0, ALL, True, (1, 2, 10)),  # socket: unix, and the sandbox's own network; no other reaches the host
    ((53, 199), 0, ALL, True, (1,)),  # socketpair
    ((9, 222), 3, 0x2F, False, (0x21,)),  # mmap: shared memory without a name stays when no process sees it
    ((157, 167), 0, ALL, False, (4, 22)),  # prctl: "dumpable", or the keeper could not look in; a filter
    ((56, 220), 0, 0x7E020000, True, (0,)),  # clone: no new namespaces
)


class NoFilter(Exception):
    """This machine cannot filter system calls; the message says why."""


def install():
    """Filter the system calls of this process and of all that it will start; it must be barred from new privileges."""
    code = program(platform.machine())
    described = struct.pack("HxxxxxxP", len(code) // 8, ctypes.cast(code, ctypes.c_void_p).value)
    if LIBC.syscall(numbers(platform.machine())["seccomp"], SET_MODE_FILTER, SPEC_ALLOW, described):
        raise NoFilter(f"seccomp: {os.strerror(ctypes.get_errno())}")


@cache
def numbers(machine):
    """Return the number of each refused call on a machine that has it."""
    if machine not in ARCHITECTURES:
        raise NoFilter(f"the numbers of system calls are not known for {machine}")
    column = 1 + list(ARCHITECTURES).index(machine)
    calls = [call.split() for line in REFUSED.splitlines() if line.startswith(" ") for call in line.split(",")]
    return {call[0]: int(call[column]) for call in calls if call and call[column] != "-"}


@cache
def program(machine):
    """Return the filter for a machine, eight bytes per instruction; a jump's two lengths are for yes and for no."""
    refused, column = numbers(machine), list(ARCHITECTURES).index(machine)
    answers = (FAIL | errno.EPERM, FAIL | errno.ENOSYS, FAIL | 0, ALLOW)
    fail, unknown, pretend, allow = ((RETURN, 0, 0, answer) for answer in answers)
    code = [(LOAD, 0, 0, ARCHITECTURE), (EQUAL, 1, 0, ARCHITECTURES[machine]), fail]
    code += [(LOAD, 0, 0, NUMBER), (AT_LEAST, 0, 1, NEWEST + 1), unknown, (EQUAL, 0, 1, CLONE3[column]), unknown]
    code += [(EQUAL, 0, 1, SETSID[column]), pretend]
    for number in refused.values():
        code += [(EQUAL, 0, 1, number), fail]
    for calls, place, mask, allowed, values in BY_ARGUMENT:
        hit, miss = (allow, fail) if allowed else (fail, allow)
        # The lower half of the argument, which comes first, is compared; it is all that the kernel looks at.
        block = [(LOAD, 0, 0, ARGUMENTS + 8 * place), (MASK, 0, 0, mask)]
        block += [(EQUAL, len(values) - which, 0, value) for which, value in enumerate(values)]
        block += [miss, hit]
        code += [(EQUAL, 0, len(block), calls[column]), *block]
    code += [allow]
    return b"".join(struct.pack("HBBI", *instruction) for instruction in code)
