"""Plays a workflow file by the model: python3 play.py WORKFLOW.yaml ANSWERS.yaml"""

import datetime
import functools
import json
import pathlib
import sys

from days import Calendar
from definition import Definition
from files import read
from world import World

TIMES = {"task_readied", "step_resumed", "step_extended"}


def load(path, seen=None):
    """The workflow and those that it runs."""
    seen = {} if seen is None else seen
    content = read(path)
    seen[path.stem] = None
    for step in content["steps"].values():
        if "run" in step:
            name = step["run"]["workflow"] if isinstance(step["run"], dict) else step["run"]
            if name not in seen:
                load(path.with_name(name + ".yaml"), seen)
    results = {name: list(d.results) if d else [] for name, d in seen.items()}
    seen[path.stem] = Definition(content, results)
    return seen


def iso(ms):
    if ms is None:
        return None
    return (datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone.utc)
            .strftime("%Y-%m-%dT%H:%M:%S") + f".{ms % 1000:03}Z")


def lines(world):
    """Events as comparable tuples: cases by their order of appearance."""
    numbers = {}
    for time, case, kind, step, item, detail in world.events:
        number = numbers.setdefault(id(case), len(numbers))
        if kind == "step_started":
            detail = (detail[0], iso(detail[1]))
        elif kind in TIMES:
            detail = iso(detail)
        if item == "undo":
            item = case.d.by_id[step].reserved()
        yield iso(time), number, kind, step, item, detail


@functools.cache
def calendar_of(path):
    return Calendar(path)


def play(workflow, answers_path):
    workflow, answers_path = pathlib.Path(workflow), pathlib.Path(answers_path)
    definitions = load(workflow)
    definition = definitions[workflow.stem]
    name = definition.content["calendar"] + ".yaml"
    folders = [folder / "calendars" for folder in (workflow.parent, workflow.parent.parent)]
    calendar = next(folder / name for folder in folders if (folder / name).exists())
    answers = read(answers_path)
    world = World(calendar_of(calendar), definitions, answers)
    world.play(definition, answers.get("form", {}))
    return world


if __name__ == "__main__":
    for line in lines(play(sys.argv[1], sys.argv[2])):
        print(json.dumps(line, ensure_ascii=False))
