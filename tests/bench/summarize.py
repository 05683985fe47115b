#!/usr/bin/env python3
"""Prints the tables of export_models.sh from its measurements, and fails when a goal is missed.

    summarize.py FOLDER RUNS MODEL...
"""

import json
import pathlib
import statistics
import sys

folder, runs, models = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
CALL_GOAL, PROCESS_GOAL = 6.0, 4.0
MEMORY_GOAL = "1.5 x weights + 250 MB"


def measured(model: str, tool: str):
    """Medians of the call's, the process's and its processor's seconds, and the peak memory in bytes; None if not run."""
    call, process, processor, memory = [], [], [], []
    for run in range(runs):
        times = folder / f"{model}.{tool}.{run}.time"
        if not times.exists():
            return None
        seconds, user, system, kilobytes = times.read_text().split()
        process.append(float(seconds))
        processor.append(float(user) + float(system))
        memory.append(int(kilobytes) * 1024)
        text = (folder / f"{model}.{tool}.{run}.out").read_text()
        if tool == "torch":
            call.append(float(text))
        else:
            phases = json.loads(text)["seconds"]
            call.append(sum(phases[phase] for phase in ("lower", "passes", "attribute", "write")))
    return statistics.median(call), statistics.median(process), statistics.median(processor), max(memory)


def factor(theirs: float, ours: float) -> str:
    return f"{theirs:9.3f}{ours:9.3f}{theirs / ours:8.2f}"


print(f"torch.onnx.export, strata-cli and the factor between; seconds, medians of {runs} runs (memory: the largest)\n")
print(f"{'':14}{'export call':>26}{'whole process':>26}{'processor':>26}{'memory / weights':>20}")
ok = True
sums = [0.0] * 6
for model in models:
    weights = (folder / f"{model}.ts.pt").stat().st_size
    ours, theirs = measured(model, "strata"), measured(model, "torch")
    limit = 1.5 * weights + 250e6
    ok = ok and ours[3] <= limit
    memory = f"{ours[3] / weights:6.2f}" + ("" if ours[3] <= limit else " MISSED")
    if theirs is None:
        print(f"{model:14}" + "".join(f"{'':9}{ours[i]:9.3f}{'':8}" for i in range(3)) + f"{'':14}{memory}")
        continue
    print(f"{model:14}" + "".join(factor(theirs[i], ours[i]) for i in range(3)) + f"{theirs[3] / weights:14.2f}{memory}")
    for i in range(3):
        sums[2 * i] += theirs[i]
        sums[2 * i + 1] += ours[i]
if sums[1] > 0:
    print(f"{'total':14}" + "".join(factor(sums[2 * i], sums[2 * i + 1]) for i in range(3)))
    call, process = sums[0] / sums[1], sums[2] / sums[3]
    for name, got, goal in (("export calls", call, CALL_GOAL), ("whole processes", process, PROCESS_GOAL)):
        ok = ok and got >= goal
        print(f"{name}: {got:.2f} times faster in total; goal: at least {goal:g}: {'met' if got >= goal else 'MISSED'}")
print(f"peak memory at most {MEMORY_GOAL}")
sys.exit(0 if ok else 1)
