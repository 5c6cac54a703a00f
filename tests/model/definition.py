"""A workflow file as the language page describes it, read into plain records."""

import dataclasses

from days import parse_span
from ladder import Rung, announce, read_ladder, read_member_ladder

GOES_ON, ENDS, BACK = "goes on", "ends", "back"
CHILD_ENDS = ("rejected", "withdrawn", "cancelled")
INTAKE = {"accept": {},
          "notice": {"back_to": "this_step", "at_most": 1, "waits_for": "applicant", "once": True},
          "not_competent": {"ends": "not_accepted"}, "not_needed": {"ends": "not_needed"}}


@dataclasses.dataclass
class Rule:
    effect: str = GOES_ON
    result: str = ""
    back_to: str = ""
    at_most: int = 0
    then: str = "rejected"
    waits: bool = False
    clock: str = "restarts"
    keep: tuple = ()
    undo: bool = False
    once: bool = False


@dataclasses.dataclass
class Member:
    name: str
    role: str = "lead"  # lead, decision, opinion, signer
    limit: tuple = None
    silence: bool = False
    when: str = None
    weight: int = 1
    rungs: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Set:
    kind: str  # items, arcs, signers
    items: str = None
    open: bool = False
    at_most: int = 0
    at_once: int = 0
    done: object = "all"  # all, any, an int (need), an expression
    rest_finishes: bool = False
    decision: str = None


@dataclasses.dataclass
class Join:
    kind: str = "all"
    need: int = 0
    arcs: tuple = ()


@dataclasses.dataclass
class Step:
    id: str
    kind: str
    origin: str = "step"
    join: Join = dataclasses.field(default_factory=Join)
    decide_after: tuple = ()
    blocked_by: list = dataclasses.field(default_factory=list)
    when: str = None
    while_true: str = None
    exclusive: str = None
    cancels: tuple = ()
    members: list = dataclasses.field(default_factory=list)
    set: Set = None
    rules: dict = dataclasses.field(default_factory=dict)
    limit: tuple = None
    statutory: tuple = None
    internal: tuple = None
    extension: tuple = None  # role, span
    rungs: list = dataclasses.field(default_factory=list)
    undo: bool = False
    run: dict = None
    signal: str = None
    transient: bool = False
    span: tuple = None
    table: dict = None
    before: frozenset = frozenset()  # every step before it

    def deciding(self):
        return {number for number, rung in enumerate(self.rungs) if rung.decide}

    def reserved(self):
        """Tasks kept for the step: the undo comes after them."""
        if self.set is None or self.set.kind == "signers":
            return len(self.members)
        return len(self.join.arcs) if self.set.kind == "arcs" else self.set.at_most


@dataclasses.dataclass
class Result:
    id: str
    join: Join
    when: str = None
    undo: bool = False


def listed(value):
    return tuple(value) if isinstance(value, list) else () if value is None else (value,)


def read_arc(text):
    step, _, decision = text.partition(".")
    return step, decision or None


def read_join(value):
    if isinstance(value, dict):
        if "need" in value:
            return Join("need", value["need"], tuple(map(read_arc, listed(value["of"]))))
        (kind, arcs), = value.items()
        return Join(kind, 0, tuple(map(read_arc, listed(arcs))))
    return Join("all", 0, tuple(map(read_arc, listed(value))))


def read_rule(content, step):
    content = content or {}
    if "ends" in content:
        return Rule(ENDS, content["ends"])
    if "back_to" not in content:
        return Rule()
    to = step if content["back_to"] == "this_step" else content["back_to"]
    return Rule(BACK, back_to=to, at_most=content["at_most"],
                then=content.get("then", "rejected"), waits="waits_for" in content,
                clock=content.get("clock", "restarts"), keep=listed(content.get("keep")),
                undo=content.get("undo", False), once=content.get("once", False))


def read_set(content):
    done = content.get("done_when", "all")
    return Set("items", content["item"], content.get("open", False), content["at_most"],
               content.get("at_once", 0), done["need"] if isinstance(done, dict) else done,
               content.get("rest") == "finish", content.get("decision"))


def read_signers(step, content):
    weighted = isinstance(content["signers"], dict)
    names = content["signers"].items() if weighted else [(name, 1) for name in content["signers"]]
    step.members = [Member(name, "signer", weight=weight) for name, weight in names]
    sign = content.get("sign", "all")
    done = sign["need"] if isinstance(sign, dict) else "any" if sign == "any" else "all"
    step.set = Set("signers", at_once=1 if sign == "in order" else 0, done=done)


class Definition:
    def __init__(self, content, children=None):
        self.content = content
        self.children = children or {}  # results of the workflows that it runs
        self.decisions = {"approve": {}, **content.get("decisions", {})}
        self.late = content.get("late", {})
        self.steps = []
        if "intake" in content:
            self.steps.append(self.read_intake(content["intake"]))
        for name, step in content["steps"].items():
            self.steps.extend(self.read_step(name, step))
        self.by_id = {step.id: step for step in self.steps}
        for name, step in content["steps"].items():
            for obligation, owed in (step.get("obliges") or {}).items():
                for other in listed(owed.get("blocks")):
                    self.by_id[other].blocked_by.append(obligation)
        self.close_ancestors()
        self.results = {name: Result(name, Join()) for name in CHILD_ENDS}
        self.finish = []
        for name, result in content["finish"].items():
            self.results[name] = Result(name, read_join(result.get("after")), result.get("when"),
                                        result.get("undo", False))
            if "after" in result or "when" in result:
                self.finish.append(self.results[name])

    def read_intake(self, content):
        step = Step("intake", "ask", "intake", members=[Member(content["ask"])],
                    limit=parse_span(content["limit"]))
        step.rules = {name: read_rule(rule, "intake") for name, rule in INTAKE.items()}
        step.rungs = read_ladder(content.get("late", self.late), step, "late" in content)
        step.rungs.append(Rung("silence", step.limit, decide="accept"))
        announce(step)
        return step

    def read_step(self, name, content):
        kind = next(key for key in ("ask", "tell", "run", "wait_for", "decide") if key in content)
        step = Step(name, kind, join=read_join(content.get("after")), when=content.get("when"),
                    decide_after=listed(content.get("decide_after")),
                    while_true=content.get("while"), exclusive=content.get("exclusive"),
                    cancels=listed(content.get("cancels")), undo="undo" in content)
        if not step.join.arcs and "intake" in self.content:
            step.join = Join("all", 0, (("intake", None),))
        getattr(self, "read_" + kind)(step, content)
        for key in ("limit", "statutory", "internal"):
            if key in content:
                setattr(step, key, parse_span(content[key]))
        if "extension" in content:
            step.extension = content["extension"]["by"], parse_span(content["extension"]["up_to"])
        if step.limit:
            ladder = content.get("late", self.late)
            step.rungs = read_ladder(ladder, step, "late" in content)
            for member in step.members[1:]:
                if member.limit and member.role != "signer" and not member.silence:
                    member.rungs = read_member_ladder(ladder, member)
            announce(step)
        if step.join.kind == "each":
            step.set = Set("arcs")
        made = [step]
        if "deliver" in content:
            made.append(self.made("delivery", name + "_delivery", step, name + "_delivered",
                                  content["deliver"]))
        for other, owed in (content.get("obliges") or {}).items():
            made.append(self.made("obligation", other, step, other, owed["within"],
                                  owed.get("breach")))
        return made

    def made(self, origin, name, after, signal, limit, breach=None):
        step = Step(name, "wait_for", origin, read_join(after.id), signal=signal,
                    limit=parse_span(limit))
        step.rules = {"approve": Rule()}
        step.rungs = read_ladder(self.late, step, False)
        if breach:
            step.rules[breach] = read_rule(self.decisions[breach], name)
            step.rungs.append(Rung("breach", step.limit, decide=breach))
        announce(step)
        return step

    def own_rules(self, step, content):
        all_but_opinions = [name for name in self.decisions
                            if name not in ("objection", "no_objection")]
        names = content.get("decisions", all_but_opinions)
        step.rules = {name: read_rule(self.decisions[name], step.id) for name in names}

    def read_ask(self, step, content):
        step.members = [Member(content["ask"])]
        self.own_rules(step, content)
        each = content.get("for_each") or {}
        if "item" in each:
            step.set = read_set(each)
        elif "signers" in content:
            read_signers(step, content)
        else:
            for name, member in each.items():
                step.members.append(Member(name, member["gives"], parse_span(member["limit"]),
                                           "silence" in member, member.get("when")))

    def read_tell(self, step, content):
        step.members = [Member(content["tell"])]
        step.rules = {"approve": Rule()}
        if "item" in (content.get("for_each") or {}):
            step.set = read_set(content["for_each"])

    def read_run(self, step, content):
        run = content["run"]
        step.run = run if isinstance(run, dict) else {"workflow": run}
        step.members = [Member(step.run["workflow"])]
        step.rules = {"approve": Rule()}
        for result in self.children[step.run["workflow"]]:
            if result in content.get("decisions", self.decisions) and result in self.decisions:
                step.rules[result] = read_rule(self.decisions[result], step.id)
            else:
                step.rules[result] = Rule(ENDS, "rejected") if result in CHILD_ENDS else Rule()
        if "item" in (content.get("for_each") or {}):
            step.set = read_set(content["for_each"])

    def read_wait_for(self, step, content):
        waits = content["wait_for"]
        rungs = [rung for rung in content.get("late", {}).values() if isinstance(rung, dict)]
        decides = [rung["decide"] for rung in rungs if "decide" in rung]
        self.own_rules(step, {"decisions": ["approve"] + decides})
        if isinstance(waits, dict):
            step.signal, step.transient = waits["signal"], waits.get("transient", False)
        elif str(waits)[0].isdigit():
            step.span = parse_span(waits)
        else:
            step.signal = waits

    def read_decide(self, step, content):
        step.table = content["decide"]
        self.own_rules(step, {"decisions": list(self.decisions)})

    def close_ancestors(self):
        """Everything before a step; the file may name steps in any order."""
        changed = True
        while changed:
            changed = False
            for step in self.steps:
                direct = {name for name, _ in step.join.arcs}
                direct.update(step.decide_after, step.blocked_by)
                before = set(direct)
                for name in direct:
                    before |= self.by_id[name].before
                changed |= before != step.before
                step.before = before
