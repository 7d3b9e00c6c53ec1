"""Where a student's code runs: a process of its own, forked from a warm one, with nothing of ours in sight.

`client` is the judge's end; `server` starts the warm `interpreter`, which is the `keeper` of its forks; `session` is
what a fork does, `isolate` takes everything away from it that an answer does not need, and `wire` lies between.
"""
