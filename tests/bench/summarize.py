#!/usr/bin/env python3
"""Prints the table of export_resnet50.sh from its measurements, and fails when a goal is missed.

    summarize.py FOLDER RUNS
"""

import json
import pathlib
import statistics
import sys

folder, runs = pathlib.Path(sys.argv[1]), int(sys.argv[2])
weights = (folder / "resnet50.ts.pt").stat().st_size


def measured(tool: str) -> tuple[float, float, float]:
    """Medians of the call's and the process's seconds, and the peak memory in bytes."""
    call, process, memory = [], [], []
    for run in range(runs):
        seconds, kilobytes = (folder / f"{tool}.{run}.time").read_text().split()
        process.append(float(seconds))
        memory.append(int(kilobytes) * 1024)
        text = (folder / f"{tool}.{run}.out").read_text()
        if tool == "torch":
            call.append(float(text))
        else:
            phases = json.loads(text)["seconds"]
            call.append(sum(phases[phase] for phase in ("lower", "passes", "attribute", "write")))
    return statistics.median(call), statistics.median(process), max(memory)


theirs, ours = measured("torch"), measured("strata")
rows = [
    ("export call, s", theirs[0], ours[0], theirs[0] / ours[0], "at least 4", theirs[0] / ours[0] >= 4),
    ("whole process, s", theirs[1], ours[1], theirs[1] / ours[1], "at least 2.5", theirs[1] / ours[1] >= 2.5),
    ("peak memory / weights", theirs[2] / weights, ours[2] / weights, theirs[2] / ours[2], "ours under 2.5",
     ours[2] / weights < 2.5),
]
print(f"resnet50, {weights / 1e6:.0f} MB, medians of {runs} runs (memory: the largest)\n")
print(f"{'':24}{'torch.onnx':>12}{'strata-cli':>12}{'factor':>9}  goal")
for name, their, our, factor, goal, ok in rows:
    print(f"{name:24}{their:12.3f}{our:12.3f}{factor:9.2f}  {goal}: {'met' if ok else 'MISSED'}")
sys.exit(0 if all(row[-1] for row in rows) else 1)
