"""What a case remembers of its steps and of their tasks."""

import dataclasses

SETTLED = ("done", "skipped", "unreached", "cancelled")
LIVE = ("active", "returned")


@dataclasses.dataclass
class Task:
    state: str = "none"
    decision: str = None
    held: bool = False
    late: set = dataclasses.field(default_factory=set)
    item: object = None
    ready: int = 0  # how often it was readied
    child: object = None
    by: str = None


@dataclasses.dataclass
class State:
    """A step of the case."""
    state: str = "waiting"
    decision: str = None
    round: int = 0
    returns: dict = dataclasses.field(default_factory=dict)
    late: set = dataclasses.field(default_factory=set)
    started: int = None  # of its clock
    stopped: int = None
    stops: set = dataclasses.field(default_factory=set)
    left_wd: int = 0
    left_days: int = 0
    left_ms: int = 0
    extended: bool = False
    due: int = None
    signalled: bool = False
    supplemented: bool = False
    deemed: str = None
    tasks: dict = dataclasses.field(default_factory=dict)
    items: int = 0
    closed: bool = False
    answer: object = None
    queued: int = 0
    settled: int = 0
    undo: int = 0
    clock: str = "restarts"  # of the return that it is in


def is_open(task):
    return task.state == "ready"
