"""The schema that editors use and the loader know the same keys: names, which are required, and
which kind of step may have them."""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROOM = ROOT / "engine" / "definition"
SCHEMA = json.loads((ROOT / "schemas" / "workflow.schema.json").read_text(encoding="utf-8"))
DEFS = SCHEMA["$defs"]

# The table of keys in the loader, by its file and what a message calls it, and its schema.
TABLES = [
    ("load_workflow.c", "a workflow", SCHEMA),
    ("load_step_keys.c", "a step", DEFS["step"]),
    ("load_step_keys.c", "the intake", DEFS["intake"]),
    ("load_ask.c", "a choice", DEFS["choices"]["items"]),
    ("load_decisions.c", "a decision", DEFS["decision"]),
    ("load_results.c", "a result", SCHEMA["properties"]["finish"]["additionalProperties"]),
    ("load_members.c", "a member", DEFS["member"]),
    ("load_set.c", "a set of items", DEFS["set"]),
    ("load_table.c", "a decision table", DEFS["table"]),
    ("load_retry.c", "`retry`", DEFS["retry"]),
    ("load_made.c", "an obligation", DEFS["obligation"]),
    ("load_run.c", "`run`", DEFS["step"]["properties"]["run"]["oneOf"][1]),
    ("load_limits.c", "`extension`", DEFS["step"]["properties"]["extension"]),
    ("load_limits.c", "`clock`", DEFS["step"]["properties"]["clock"]),
    ("load_limits.c", "a limit that ends with a day", DEFS["limit"]["oneOf"][1]),
    ("load_ladder.c", "a rung", DEFS["rung"]["oneOf"][1]),
    ("load_wait.c", "a signal that is waited for",
     DEFS["step"]["properties"]["wait_for"]["oneOf"][1]),
    ("load_wait.c", "a day that is waited for",
     DEFS["step"]["properties"]["wait_for"]["oneOf"][2]),
]
KINDS = {"ASK": "ask", "TELL": "tell", "WAIT": "wait_for", "RUN": "run", "TABLE": "decide"}


def keys_of_loader(name, what):
    source = (ROOM / name).read_text(encoding="utf-8")
    use = re.search(rf'PL_KEYS\("{re.escape(what)}",\s*(\w+)\)', source)
    if not use:
        return None
    tables = list(re.finditer(rf"struct pl_key {use.group(1)}\[\] = \{{(.*?)\}};",
                              source[:use.start()], flags=re.S))
    rows = re.findall(r'\{"(\w+)",\s*(true|false),', tables[-1].group(1)) if tables else []
    return {key: required == "true" for key, required in rows}


def compare(name, what, schema):
    loader = keys_of_loader(name, what)
    if not loader:
        return [f"{name}: no keys of {what}"]
    required = set(schema.get("required", []))
    known = schema["properties"].keys()
    wrong = [f"{what}: only the loader knows `{key}`" for key in loader.keys() - known]
    wrong += [f"{what}: only the schema knows `{key}`" for key in known - loader.keys()]
    wrong += [f"{what}: `{key}` is required by one and not by the other"
              for key in loader if loader[key] != (key in required)]
    for key, field in schema["properties"].items():
        title = field.get("title", "")
        if " / " not in title and "$ref" not in field:
            wrong.append(f"{what}: `{key}` has no title in both languages")
    return wrong


def compare_kinds():
    source = (ROOM / "load_steps.c").read_text(encoding="utf-8")
    table = re.search(r"\} kind_keys\[\] = \{(.*?)\};", source, flags=re.S).group(1)
    rows = {key: {KINDS[k] for k in kinds.split(" | ")}
            for key, kinds in re.findall(r'\{"(\w+)",\s*([A-Z| ]+)\}', table)}
    wrong = []
    for kind in DEFS["step"]["oneOf"]:
        name = kind["required"][0]
        forbidden = set(kind["propertyNames"]["not"]["enum"])
        expected = {key for key, kinds in rows.items() if name not in kinds}
        expected |= set(KINDS.values()) - {name}
        wrong += [f"a step with `{name}`: loader and schema differ about `{key}`"
                  for key in forbidden ^ expected]
    return wrong


def main():
    wrong = [line for row in TABLES for line in compare(*row)] + compare_kinds()
    for line in wrong:
        print(f"error: {line}")
    print(f"{len(TABLES)} tables of keys, {len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


main()
