#!/usr/bin/env python3
"""Every model file of a folder, exported with each strategy and run on its test vectors.

  tests/zoo/strategies.py ZOO [--build FOLDER] [--strategy fx,htp,auto] [--match TEXT] [--jobs N] [--timeout SECONDS]

ZOO holds folders, at any depth, with model files (TorchScript *.pt, torch.export *.pt2) and, beside each, what the model
takes and gives as ONNX test vectors (input_0.pb, ..., output_0.pb, ...). Folders without vectors are left out. The
outputs of exports of TorchScript files are compared with what LibTorch computes from the same inputs, those of *.pt2
files, which LibTorch does not read, with the recorded outputs.

Prints one line per file: a cell per strategy, and what failed. Cells:
  ok        exported, outputs equal, each node recorded (bodies of If and Loop included)
  cov NN%   exported and equal, but only NN % of the nodes are recorded
  differs   exported, other outputs
  unrun     exported, but the outputs could not be compared; the reason follows
  no half   exported, but this LibTorch has no half-precision kernel on the CPU to compare with: no failure
  refused   not exported, with a reason (exit status 4)
  ERROR     a crash, a time-out, an internal error, or an answer that is not JSON

Exit status: 1 when auto is not ok for a file, or any strategy gives other outputs, wrong coverage or an error; a file
that fx or htp refuse is not a failure as long as auto exports it. 2 for wrong usage.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile


def run(cli, model, strategy, timeout):
    """(cell, reason) of one export with verification."""
    with tempfile.TemporaryDirectory() as folder:
        command = [cli, "export", str(model), "-o", os.path.join(folder, "out.onnx"), "--strategy", strategy]
        command += ["--inputs", str(model.parent), "--verify", "--json", "--quiet", "--no-sidecar"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
        except subprocess.TimeoutExpired:
            return "ERROR", f"more than {timeout} s"
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        return "ERROR", f"exit status {done.returncode}: {done.stderr.strip()[-200:]}"
    status = done.returncode
    if status in (3, 4):
        errors = [d["message"] for d in answer.get("diagnostics", []) if d["severity"] == "error"]
        return "refused", answer.get("error") or "; ".join(errors) or "no reason given"
    if status not in (0, 1):
        return "ERROR", f"exit status {status}: {answer.get('error', done.stderr.strip()[-200:])}"
    gate = next((g for g in answer.get("gates", []) if g["name"] == "verify"), None)
    if gate is None:
        return "ERROR", "no result of the verification"
    if not gate["ok"]:
        if "not implemented for 'Half'" in gate["message"]:
            return "no half", gate["message"]
        outputs = answer.get("outputs", [])
        return ("differs" if any(not o["ok"] for o in outputs) else "unrun"), gate["message"]
    if answer["nodes_recorded"] != answer["nodes_total"]:
        return f"cov {100 * answer['recorded_coverage']:.0f}%", f"{answer['nodes_recorded']} of {answer['nodes_total']} recorded"
    return "ok", answer["strategy"]


def main():
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("zoo", type=pathlib.Path)
    parser.add_argument("--build", type=pathlib.Path, default=here.parent.parent / "build" / "release")
    parser.add_argument("--strategy", default="fx,htp,auto")
    parser.add_argument("--match", default="", help="only files whose path holds this text")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--timeout", type=int, default=300)
    options = parser.parse_args()
    cli = options.build.resolve() / "bin" / "strata-cli"
    strategies = options.strategy.split(",")
    if not cli.exists():
        parser.error(f"{options.build} holds no strata-cli: build it first, or name the folder with --build")
    if not set(strategies) <= {"fx", "htp", "auto"}:
        parser.error("--strategy: fx, htp and auto, separated by commas")
    models = sorted(
        path
        for path in options.zoo.rglob("*")
        if path.suffix in (".pt", ".pt2") and options.match in str(path) and (path.parent / "output_0.pb").exists()
    )
    if not models:
        parser.error(f"{options.zoo} holds no model file with test vectors beside it")

    counts = {strategy: {} for strategy in strategies}
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        jobs = [(m, {s: pool.submit(run, str(cli), m, s, options.timeout) for s in strategies}) for m in models]
        width = max(len(str(m.relative_to(options.zoo))) for m in models)
        print(f"{'model':{width}}  " + "  ".join(f"{s:8}" for s in strategies))
        for model, cells in jobs:
            results = {s: future.result() for s, future in cells.items()}
            bad = {
                s: cell
                for s, (cell, _) in results.items()
                if cell not in ("ok", "no half") and (s == "auto" or cell != "refused")
            }
            failed += bool(bad)
            for s, (cell, _) in results.items():
                kind = "cov" if cell.startswith("cov") else cell
                counts[s][kind] = counts[s].get(kind, 0) + 1
            print(f"{str(model.relative_to(options.zoo)):{width}}  " + "  ".join(f"{results[s][0]:8}" for s in strategies))
            for s, (cell, reason) in results.items():
                if cell != "ok":
                    print(f"    {s}: {' '.join(reason.split())[:300]}")
            sys.stdout.flush()
    for strategy in strategies:
        print(f"{strategy}: " + ", ".join(f"{n} {kind}" for kind, n in sorted(counts[strategy].items())))
    print(f"{len(models)} files, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
