"""The registry of events and the schema that monitors read say the same; numbers fit a mask."""

import json
import re

import tree

ROW = re.compile(r"^EVENT\((\d+),\s*(\w+),\s*(\w+),\s*(.*)\)\s*$")
FIELD = re.compile(r"(?:U64|I64|TEXT|VALUE)\((\w+)\)")  # leases are never shown
NUMBER_MAX = 63


def differ(what, registry, schema):
    for name in sorted(registry - schema):
        yield f"schemas/events.schema.json: error: {what} {name} of events.def is missing"
    for name in sorted(schema - registry):
        yield f"schemas/events.schema.json: error: {what} {name} stands in no row of events.def"


def main():
    rows = [row.groups() for row in map(ROW.match, tree.lines("engine/model/events.def")) if row]
    schema = json.loads((tree.ROOT / "schemas/events.schema.json").read_text(encoding="utf-8"))
    types = set(schema["properties"]["type"]["enum"])
    fields = set(schema["properties"]["data"]["properties"])
    findings = list(differ("type", {row[2] for row in rows}, types))
    findings += differ("field", {name for row in rows for name in FIELD.findall(row[3])}, fields)
    numbers = [int(row[0]) for row in rows]
    findings += [f"engine/model/events.def: error: number {n} stands twice"
                 for n in sorted(set(numbers)) if numbers.count(n) > 1]
    findings += [f"engine/model/events.def: error: number {n} is above {NUMBER_MAX}"
                 for n in numbers if n > NUMBER_MAX]
    tree.finish(findings, len(rows))


main()
