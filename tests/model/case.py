"""One case played by the language page: what a definition means, written a second time.

It knows nothing of the engine. Events are tuples (time, type, step, item, detail); `detail` is what
the page says about the event: a decision, a result, an end of a limit, a card. Each subject of the
page has a module of its own.
"""

from back import Back
from clocks import Clocks
from deciding import Deciding
from order import Order
from outside import Outside
from records import State, Task
from sets import Sets
import expression


class Case(Order, Clocks, Sets, Deciding, Back, Outside):
    def __init__(self, world, definition, form, parent=None):
        self.world, self.d, self.form, self.parent = world, definition, form, parent
        self.calendar = world.calendar
        self.s = {step.id: State() for step in definition.steps}
        for step in definition.steps:
            arrivals = step.set and step.set.kind == "arcs"
            count = len(step.join.arcs if arrivals else step.members)
            for item in range(count):
                self.s[step.id].tasks[item] = Task()
            if step.undo:
                self.s[step.id].tasks["undo"] = Task()
        self.finished = self.undoing = None
        self.paused = None
        self.accepted = None
        self.count = 0
        self.started = world.now

    def emit(self, kind, step=None, item=None, detail=None):
        self.count += 1
        self.world.events.append((self.world.now, self, kind, step, item, detail))

    def order(self):
        return next(self.world.numbers)

    def names(self, step=None, item=None):
        names = dict(self.form)
        names["form"] = self.form
        steps = {}
        for other in self.d.steps:
            s = self.s[other.id]
            steps[other.id] = {"state": s.state}
            if s.state == "done":
                steps[other.id]["decision"] = s.decision
            if s.answer is not None:
                steps[other.id]["answer"] = s.answer
            if other.set:
                steps[other.id]["items"] = self.items_of(other)
        names["steps"] = steps
        if step and step.set:
            names["items"] = self.items_of(step)
        return names

    def items_of(self, step):
        s = self.s[step.id]
        count = s.items if step.set.kind == "items" else len(self.own(step))
        items = []
        for number in range(count):
            task = s.tasks[number]
            item = {"state": task.state}
            if task.item is not None:
                item["item"] = task.item
            if task.state in ("answered", "deemed"):
                item["decision"] = task.decision
            items.append(item)
        return items

    def holds(self, text, step=None):
        return text is None or bool(expression.evaluate(str(text), self.names(step)))
