"""Where a student's code runs: a separate process, forked from a warm one, with nothing of ours in sight.

`client` is the judge's end, with a time limit on each question (`deadline`). `server` starts the interpreter that
`warm` returns: `interpreter` forks, and `keeper` keeps its forks. `session` is what a fork does, and `shell` how it
runs a cell, with the `magics` of a kernel; `isolate` and `seccomp` take away everything that an answer does not need.
`wire` connects the two sides, and `run` takes a submission from its first cell to its last.
"""
