"""Plays one workflow twice, by engine and model, and tells the first event in which they differ."""

import json
import pathlib
import subprocess
import sys

import play as model

SKIPPED = {"task_offered", "task_taken", "task_parked", "task_progressed", "command_rejected",
           "command_accepted", "document_issued", "task_assigned"}
DECISIONS = {"step_done", "task_completed", "task_deemed", "step_deemed", "step_sent_back",
             "child_finished"}


class Refused(Exception):
    """The loader does not take the definition."""


def engine_lines(placet, workflow, answers):
    command = [placet, "simulate", workflow, "--answers", answers, "--trace", "-o", "jsonl"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    said = run.stdout + run.stderr
    if run.returncode == 2 and '"message":"' + pathlib.Path(workflow).name in said:
        raise Refused(said)
    if run.returncode not in (0, 1):
        raise RuntimeError(said)
    numbers = {}
    for line in run.stdout.splitlines():
        event = json.loads(line)
        if event.get("type") in SKIPPED or "type" not in event:
            continue
        number = numbers.setdefault(event["case"], len(numbers))
        yield event["time"], number, event["type"], event["step"], event["item"], detail(event)


def detail(event):
    data, kind = event["data"], event["type"]
    if kind == "step_started":
        return data["round"], data.get("due")
    if kind in ("task_readied", "step_resumed", "step_extended"):
        return data.get("due")
    if kind in DECISIONS:
        return data["decision"]
    if kind == "step_late":
        return data["card"]
    if kind in ("case_finished", "case_undoing"):
        return data["result"]
    if kind == "step_evaluated":
        return data["rule"]
    if kind in ("clock_stopped", "clock_resumed"):
        return data["reason"]
    return None


def differ(placet, workflow, answers):
    """None, or a text that shows the first difference."""
    theirs = list(engine_lines(placet, workflow, answers))
    ours = list(model.lines(model.play(workflow, answers)))
    for number, (engine, said) in enumerate(zip(theirs, ours)):
        if engine != said:
            before = "\n".join(f"    {line}" for line in theirs[max(0, number - 6):number])
            return f"{before}\n  engine {engine}\n  model  {said}"
    if len(theirs) != len(ours):
        rest = theirs[len(ours):] or ours[len(theirs):]
        return f"only the {'engine' if len(theirs) > len(ours) else 'model'} goes on with {rest[0]}"
    return None


if __name__ == "__main__":
    found = differ(sys.argv[1], *(str(pathlib.Path(arg)) for arg in sys.argv[2:4]))
    print(found or "the same")
    sys.exit(found is not None)
