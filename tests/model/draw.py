"""Draws a workflow, its children and an answers file: small, odd, and of every construct.

Not every drawn definition loads (an order may have no outcome): those are left out and counted by
the test.
"""

import random

SERVICES = ["office.check", "office.receive", "office.issue", "planning.review", "fire.review",
            "water.review"]
MEMBERS = ["traffic.review", "fire.inspect", "planning.survey"]
TITLE = {"zh": "环节", "en": "Step"}


class Draw:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.steps, self.signals = {}, []

    def one_in(self, n):
        return self.r.randrange(n) == 0

    def span(self, low=1, high=12):
        unit = self.r.choice(["working days"] * 6 + ["days"] * 3 + ["hours", "months"])
        return f"{self.r.randint(low, high if unit != 'months' else 2)} {unit}"

    # ---- the file -------------------------------------------------------------------------------

    def workflow(self, name, count, child=None):
        self.child = child
        self.names = [f"s{number}" for number in range(count)]
        content = {"workflow": name, "title": TITLE, "calendar": "cn", "form": "drawn",
                   "late": self.ladder(None), "decisions": self.decisions()}
        if self.one_in(5):
            content["intake"] = {"ask": "office.receive",
                                 "limit": f"{self.r.randint(2, 6)} working days"}
        self.intake = "intake" in content
        for number, step in enumerate(self.names):
            self.steps[step] = self.step(number, step)
        content["steps"] = self.steps
        content["finish"] = self.finish()
        if not any("undo" in step for step in self.steps.values()):
            for entry in [*content["decisions"].values(), *content["finish"].values()]:
                entry.pop("undo", None)
        return content

    def decisions(self):
        self.over = False
        decisions = {"approve": dict(TITLE), "other": dict(TITLE),
                     "reject": {**TITLE, "ends": "rejected", "reason": "required"}}
        back = {**TITLE, "back_to": "this_step", "at_most": self.r.randint(1, 2)}
        if self.one_in(2):
            back["waits_for"] = "applicant"
        if self.one_in(2):
            back["clock"] = self.r.choice(["stops", "runs", "restarts"])
        if self.one_in(3):
            back["undo"] = True
        decisions["again"] = back
        if self.one_in(3):
            self.over = True
            decisions["over"] = {**TITLE, "back_to": "apply", "at_most": 1, "then": "withdrawn"}
            if self.one_in(2):
                decisions["over"]["waits_for"] = "applicant"
            if self.one_in(2):
                decisions["over"]["undo"] = True
            if self.one_in(2):
                decisions["over"]["keep"] = self.r.sample(self.names, 1)
        return decisions

    def ladder(self, limit):
        return {f"at {share}%": self.r.choice(["warn", "yellow card", "red card", "remind"])
                for share in self.r.sample([50, 80, 100, 120], self.r.randint(0, 3))}

    def finish(self):
        results = {}
        if self.one_in(3):
            results["special"] = {**TITLE, "after": {"any": self.names},
                                  "when": f'has(steps.{self.names[0]}.decision) && '
                                          f'steps.{self.names[0]}.decision == "other"'}
        results["completed"] = {**TITLE, "after": {"any": self.names}}
        if self.one_in(2):
            results["dead"] = {**TITLE, "after": {"any": self.names}}
        results["rejected"] = dict(TITLE)
        if self.one_in(3):
            results["withdrawn"] = {**TITLE, "undo": True}
        for result in ("rejected", "completed"):
            if self.one_in(4):
                results[result]["undo"] = True
        return results

    # ---- a step ---------------------------------------------------------------------------------

    def step(self, number, name):
        kinds = {"ask": 12, "tell": 1, "wait": 3, "run": 2 if self.child else 0, "decide": 2}
        kind = self.r.choices(list(kinds), kinds.values())[0]
        step = {"title": TITLE}
        getattr(self, kind)(step, name)
        before = self.names[:number]
        if before and not self.one_in(4):
            single = "for_each" in step or "signers" in step or "ask" not in step
            step["after"] = self.after(before, single)
        if self.one_in(5):
            step["when"] = self.condition(before)
        if self.one_in(8):
            step["while"] = self.watch(name)
        if self.one_in(3) and "run" not in step:
            step["exclusive"] = self.r.choice(["room", "team"])
        if self.one_in(3) and ("ask" in step or "run" in step):
            step["undo"] = "office.revoke"
        if self.one_in(8) and len(self.names) > 1:
            step["cancels"] = self.r.sample([other for other in self.names if other != name], 1)
        if "ask" in step and before and self.one_in(5) and "for_each" not in step:
            free = [other for other in before]
            step["decide_after"] = self.r.sample(free, 1)
        return step

    def after(self, before, single):
        count = min(len(before), self.r.randint(1, 3))
        arcs = [self.arc(other) for other in self.r.sample(before, count)]
        kind = self.r.choice(["all", "all", "any", "some", "need"] + ([] if single else ["each"]))
        if kind == "all":
            return arcs if len(arcs) > 1 else arcs[0]
        if kind == "need":
            return {"need": self.r.randint(1, len(arcs)), "of": arcs}
        return {kind: arcs}

    def arc(self, other):
        decides = "ask" in self.steps[other] and "for_each" not in self.steps[other]
        if decides and self.one_in(6):
            return f"{other}.{self.r.choice(['approve', 'other'])}"
        return other

    def condition(self, before):
        options = ["project.area > 50", "project.fire", "!project.fire",
                   "project.area >= 20 && !project.fire"]
        if before:
            other = self.r.choice(before)
            options += [f'has(steps.{other}.decision) && steps.{other}.decision != "other"',
                        f'steps.{other}.state != "skipped"']
        return self.r.choice(options)

    def watch(self, name):
        other = self.r.choice([each for each in self.names if each != name] or [name])
        return self.r.choice([f'steps.{other}.state != "done"', f'steps.{other}.state != "active"',
                              "project.area < 90"])

    def ask(self, step, name):
        step["ask"] = self.r.choice(SERVICES)
        step["limit"] = self.span(2)
        shape = self.r.choice(["plain"] * 4 + ["joint", "items", "signers"])
        if shape == "joint":
            step["limit"] = f"{self.r.randint(12, 20)} working days"
            members = self.r.sample(MEMBERS, self.r.randint(1, 3))
            step["for_each"] = {member: self.member() for member in members}
        elif shape == "items":
            step["for_each"] = self.items(name)
        elif shape == "signers":
            self.sign(step)
        count, unit = step["limit"].split(" ", 1)
        if self.one_in(4):
            step["statutory"] = f"{int(count) + self.r.randint(0, 5)} {unit}"
        if self.one_in(4):
            step["internal"] = f"{self.r.randint(1, int(count))} {unit}"
        if self.one_in(3):
            step["late"] = self.own_ladder(step, int(count), unit)
        if self.one_in(4):
            more = self.r.choice([unit, "days"])
            step["extension"] = {"by": "head", "up_to": f"{self.r.randint(1, 9)} {more}"}
        if self.one_in(4):
            step["clock"] = {"stops_during": ["hearing", "test"]}
        if self.one_in(6):
            step["deliver"] = f"{self.r.randint(1, 10)} working days"
            self.signals.append(name + "_delivered")
        if self.one_in(6):
            owed = f"{name}_owed"
            step["obliges"] = {owed: {**TITLE, "within": self.span(2)}}
            if self.one_in(2):
                step["obliges"][owed]["breach"] = self.r.choice(["other", "reject"])
            later = self.names[self.names.index(name) + 1:]
            if later and self.one_in(2):
                step["obliges"][owed]["blocks"] = [self.r.choice(later)]
            self.signals.append(owed)

    def own_ladder(self, step, count, unit):
        ladder = self.ladder(step["limit"])
        if self.one_in(2):
            ladder[f"{self.r.randint(1, max(1, count - 1))} {unit} before"] = "remind"
        if "statutory" in step:
            ladder["statutory"] = "red card"
        if "internal" in step:
            ladder["internal"] = "yellow card"
        if self.one_in(2) and "for_each" not in step and "signers" not in step:
            decision = self.r.choice(["approve", "other", "reject", "again"])
            ladder["at 100%"] = {"decide": decision, "law": "Law art. 1"}
        return ladder or {"at 100%": "warn"}

    def member(self):
        member = {"gives": self.r.choice(["decision", "opinion"]),
                  "limit": f"{self.r.randint(2, 11)} working days"}
        if member["gives"] == "opinion" and self.one_in(2):
            member["silence"] = "no_objection"
        if self.one_in(4):
            member["when"] = self.r.choice(["project.fire", "project.area > 30"])
        return member

    def items(self, name):
        each = {"item": "list", "at_most": 8}
        if self.one_in(2):
            each["at_once"] = self.r.randint(1, 3)
        if self.one_in(2):
            each["done_when"] = self.r.choice([
                "any", {"need": self.r.randint(1, 3)}, "all",
                'items.exists(i, has(i.decision) && i.decision == "other")'])
        if self.one_in(3):
            each["rest"] = "finish"
        if self.one_in(4):
            each["decision"] = 'size(items) > 2 ? "other" : "approve"'
        if self.one_in(4):
            each["open"] = True
            self.signals += [name + ".add", name + ".close"]
        return each

    def sign(self, step):
        roles = ["clerk", "head", "director"][:self.r.randint(2, 3)]
        step["signers"] = roles
        sign = self.r.choice(["all", "any", "in order", {"need": 2}])
        if self.one_in(4):
            step["signers"] = {role: self.r.randint(20, 50) for role in roles}
            sign = {"need": self.r.randint(30, sum(step["signers"].values()))}
        if sign != "all":
            step["sign"] = sign

    def tell(self, step, name):
        step["tell"] = self.r.choice(SERVICES)
        if self.one_in(3):
            step["for_each"] = {"item": "list", "at_most": 8}

    def wait(self, step, name):
        if self.one_in(3):
            step["wait_for"] = self.span()
            return
        signal = f"sig_{name}"
        step["wait_for"] = {"signal": signal, "transient": True} if self.one_in(3) else signal
        self.signals.append(signal)
        step["limit"] = self.span(2)
        step["late"] = {"at 100%": {"decide": self.r.choice(["approve", "other", "reject"])}}

    def run(self, step, name):
        step["run"] = {"workflow": self.child}
        if self.one_in(4):
            step["run"]["detached"] = True
        elif self.one_in(3):
            step["for_each"] = {"item": "list", "at_most": 8}

    def decide(self, step, name):
        hit = self.r.choice(["first", "unique", "any", "collect"])
        cut, low = self.r.randint(20, 80), self.r.randint(0, 60)
        rules = [{"area": f"> {cut}", "decision": "other", "level": 1},
                 {"area": f"<= {cut}", "decision": "approve", "level": 2}]
        if hit != "unique":
            output = {"decision": self.r.choice(["approve", "other"]), "level": 3}
            rules = [{"area": f"{low}..{low + 30}", **output},
                     {"area": f">= {cut}", "fire": self.one_in(2), **output},
                     {"area": self.r.sample(range(100), 20), **output}]
        if hit == "first":
            rules[1] = {**rules[1], "decision": "other", "level": 4}
            self.r.shuffle(rules)
        if hit == "collect":
            rules = [{key: value for key, value in rule.items() if key != "decision"}
                     for rule in rules]
        step["decide"] = {"hit": hit, "inputs": {"area": "project.area", "fire": "project.fire"},
                          "rules": rules}
        if hit != "unique":
            output = {"level": 5} if hit == "collect" else {"decision": "approve", "level": 5}
            step["decide"]["otherwise"] = output

    # ---- the answers ----------------------------------------------------------------------------

    def answers(self, content):
        day = f"20{self.r.randint(16, 26)}-{self.r.randint(1, 12):02}-{self.r.randint(1, 28):02}"
        default = self.r.choice(["approve", "approve", "silence", {"after": self.span()}])
        answers = {"start": f"{day}T{self.r.randint(0, 23):02}:{self.r.randint(0, 59):02}",
                   "form": self.form(), "answers": {}, "default": default}
        for name, step in content["steps"].items():
            if "ask" in step and not self.one_in(3):
                answers["answers"][name] = self.answer(step)
        if self.intake:
            answers["answers"]["intake"] = self.r.choice([
                "accept", "silence",
                [{"decision": "notice", "reason": "x"}, {"decision": "accept", "after": "1 day"}]])
        if not self.one_in(4):
            answers["supplement"] = {"after": self.span()}
            if self.one_in(2):
                answers["supplement"]["answer"] = self.form()
        answers["signals"] = [self.signal(name) for name in self.signals if not self.one_in(3)]
        answers["acts"] = self.acts(content)
        return answers

    def form(self):
        project = {"name": "x", "area": self.r.randint(0, 100), "fire": self.one_in(2)}
        return {"project": project, "list": [{"n": n} for n in range(self.r.randint(0, 4))]}

    def signal(self, name):
        signal = {"at": self.span(), "name": name}
        return {**signal, "data": {"n": 9}} if name.endswith(".add") else signal

    def answer(self, step):
        rounds = [self.one_answer() for _ in range(self.r.randint(1, 3))]
        if "for_each" in step or "signers" in step:
            answer = {"decision": "approve", "after": self.span(), "members": {}}
            members = step.get("for_each", step.get("signers"))
            if "item" in members:
                members = [1, 2, 3]
            for name in members:
                opinion = "for_each" in step and isinstance(name, str) and \
                    step["for_each"][name]["gives"] == "opinion"
                answer["members"][name] = self.one_answer(opinion)
            return answer
        return rounds if len(rounds) > 1 else rounds[0]

    def one_answer(self, opinion=False):
        if self.one_in(6):
            return "silence"
        back = "over" if self.over else "again"
        decisions = ["approve"] * 4 + ["other", "other", "again", "reject", back]
        decision = self.r.choice(["objection", "no_objection"] if opinion else decisions)
        answer = {"decision": decision, "reason": "x"}
        if not self.one_in(4):
            answer["after"] = self.span(1, 25)
        return answer

    def acts(self, content):
        acts = []
        if self.one_in(10):
            acts.append({"at": self.span(1, 40), self.r.choice(["withdraw", "cancel"]): "x"})
        if self.one_in(8):
            days = self.r.randint(1, 20)
            acts.append({"at": f"{days} days", "pause": "x"})
            acts.append({"at": f"{days + self.r.randint(1, 20)} days", "resume_case": True})
        for name, step in content["steps"].items():
            if "clock" in step:
                for reason in ("hearing", "test"):
                    day = self.r.randint(1, 10)
                    acts.append({"at": f"{day} days", "stop": name, "reason": reason,
                                 "estimate": "x"})
                    day += self.r.randint(1, 12)
                    acts.append({"at": f"{day} days", "resume": name, "reason": reason})
            if "extension" in step and self.one_in(2):
                acts.append({"at": f"{self.r.randint(1, 10)} days", "extend": name, "role": "head",
                             "reason": "x"})
        return acts


CHILD = {"workflow": "kid", "title": TITLE, "calendar": "cn", "form": "drawn",
         "decisions": {"approve": dict(TITLE),
                       "reject": {**TITLE, "ends": "rejected", "reason": "required"}},
         "steps": {"look": {"title": TITLE, "ask": "fire.inspect", "limit": "5 working days"},
                   "say": {"title": TITLE, "ask": "office.issue", "limit": "2 days",
                           "after": "look", "when": "project.fire"}},
         "finish": {"completed": {**TITLE, "after": "say"}, "rejected": dict(TITLE)}}


def draw(seed):
    """{file name: content}, the workflow is drawn.yaml; and the answers."""
    d = Draw(seed)
    child = "kid" if d.one_in(2) else None
    content = d.workflow("drawn", d.r.randint(1, 7), child)
    files = {"drawn.yaml": content}
    if child:
        files["kid.yaml"] = CHILD
    return files, d.answers(content)
