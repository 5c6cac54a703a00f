"""The list of all keys is what schemas/workflow.schema.json says, in both languages.

`PLACET_ACCEPT=1 python3 tests/lessons/keys_test.py build` writes workflows/KEYS.md anew.
"""

import difflib
import json
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "workflows" / "KEYS.md"
SCHEMA = json.loads((ROOT / "schemas" / "workflow.schema.json").read_text(encoding="utf-8"))
DEFS = SCHEMA["$defs"]
REF = "#/$defs/"
CJK = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")

# What stands in a cell for a shape that has a name; the first table of the page explains them.
SHAPES = {"id": "id", "service": "`department.service`", "arc": "step", "span": "time",
          "duration": "real time", "title": "`{zh, en}`", "label": "`{zh, en}`",
          "when": "condition", "expression": "expression", "tree": "tree of expressions",
          "field": "field"}

MOST = 10_000  # beyond it a bound says nothing to a reader

INTRO = """# Every key, in one list 全部关键字

To look something up. What a key means exactly, and the odd cases, stand in
[LANGUAGE.md](LANGUAGE.md); how to begin, in [the lessons](README.md). This list is what your
editor shows too: both come from `schemas/workflow.schema.json`, and `tests/lessons/keys_test.py`
writes this page from it. Keys in **bold** are required 粗体为必填.
"""


def languages(text, mark):
    """(English, Chinese) of a text that has both; `mark` stands between them."""
    first = CJK.search(text)
    at = text.rfind(mark, 0, first.start()) if first else -1
    if at < 0:
        sys.exit(f"schemas/workflow.schema.json: not in both languages: {text!r}")
    return text[:at + 1].removesuffix("/").strip(), text[at + len(mark):].strip()


def resolved(schema):
    """With what its `$ref` says where it says nothing itself."""
    if "$ref" not in schema:
        return schema
    return {**resolved(DEFS[schema["$ref"].removeprefix(REF)]), **schema}


def named(schema):
    return schema.get("$ref", "").removeprefix(REF)


def branches(schema):
    """The ways in which a value may be written."""
    schema = resolved(schema) if named(schema) not in SHAPES else schema
    if "oneOf" not in schema or "properties" in schema:
        return [schema]
    return [b for x in schema["oneOf"] for b in branches(x)]


def anchor(title):
    """The id that a reader of Markdown gives to a heading."""
    kept = "".join(c for c in title.lower() if c.isalnum() or c in " -_")
    return kept.replace(" ", "-")


def heading(schema):
    return resolved(schema)["title"].replace(" / ", " ")


def is_map_of_ids(schema):
    """The writer chooses the keys."""
    return isinstance(schema.get("additionalProperties"), dict) and "properties" not in schema


def shape_of_map(schema):
    if is_map_of_ids(schema):
        keys = "department.service" if named(schema.get("propertyNames", {})) == "service" else "id"
        return f"`{keys}:` {shape(schema['additionalProperties'])}"
    if "properties" in schema and "title" in schema:
        return f"[{heading(schema)}](#{anchor(heading(schema))})"
    if "properties" in schema:
        parts = [f"{k}: {example(v)}" for k, v in schema["properties"].items()]
        return "`{" + ", ".join(parts) + "}`"
    return "JSON Schema"


def example(schema):
    return {"array": "[..]", "integer": "n"}.get(schema.get("type"), "..")


def range_of(schema):
    low, high = schema.get("minimum"), schema.get("maximum")
    return f"{low} to {high}" if high is not None and high <= MOST else "number"


def shape_of(schema):
    """Of one way to write a value."""
    if named(schema) in SHAPES:
        return SHAPES[named(schema)]
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`".replace('"', "")
    if "enum" in schema:
        return " ".join(f"`{x}`" for x in schema["enum"])
    kind = schema.get("type")
    if kind == "array":
        item = schema["items"]
        if "properties" in item:
            return f"list of {shape_of_map(item)}"
        return f"list of {' / '.join(dict.fromkeys(map(shape_of, branches(item))))}"
    if kind == "object":
        return shape_of_map(schema)
    if isinstance(kind, list):
        return " or ".join({"string": "text"}.get(k, k) for k in kind)
    if schema.get("pattern", "").endswith("%$"):
        return "percent"
    if kind in ("integer", "number"):
        return range_of(schema)
    return "text"


def shape(schema):
    """`x` or a list of `x` is said once."""
    texts = list(dict.fromkeys(map(shape_of, branches(schema))))
    short = [f"{t}, or a list" if f"list of {t}" in texts else t
             for t in texts if t.removeprefix("list of ") == t or t[8:] not in texts]
    return " / ".join(short)


def maps_in(path, schema):
    """(path, map with keys) of all that a value may hold, from the top."""
    for way in branches(schema):
        if named(way) in SHAPES:
            continue
        if way.get("type") == "array":
            yield from maps_in(path, way["items"])
        elif "patternProperties" in way:
            yield path, way
        elif is_map_of_ids(way):
            yield from maps_in(f"{path}.<id>" if path else "<id>", way["additionalProperties"])
        elif "properties" in way and "title" in resolved(way):
            yield path, way


def keys_of(schema):
    """(key, what it may hold); `at N%` stands for its pattern."""
    for pattern, value in schema.get("patternProperties", {}).items():
        yield ("`at N%`" if pattern.startswith("^at") else "`TIME before`"), value
    for key, value in schema["properties"].items():
        yield (f"**`{key}`**" if key in schema.get("required", ()) else f"`{key}`"), value


def row(key, value):
    whole = resolved(value)
    en, zh = languages(whole["title"], " / ") if "title" in whole else ("", "")
    if "description" in whole:
        en, zh = languages(whole["description"], ". ")
    elif "`" not in key or not en:
        sys.exit(f"schemas/workflow.schema.json: {key} has no title")
    return "| " + " | ".join(map(cell, (key, shape(value), zh, en))) + " |"


def cell(text):
    """As a table of Markdown wants it; `<id>` outside of code would be taken for HTML."""
    code = text.replace("|", "\\|").split("`")
    return "`".join(x if i % 2 else x.replace("<", "&lt;") for i, x in enumerate(code))


def sections():
    """[(title, paths, map)]: each map once, with every place where it may stand."""
    found = {}
    queue = [("", SCHEMA)]
    while queue:
        path, schema = queue.pop(0)
        mark = (schema["title"], *schema["properties"])
        if mark in found:
            found[mark][1].append(path)
            continue
        found[mark] = (heading(schema) if path else "The file 文件", [path], schema)
        for key, value in keys_of(schema):
            name = key.strip("*`")
            below = f"{path}.{name}" if path else name
            queue += list(maps_in(below, value))
    return list(found.values())


def names():
    """What the shapes are called."""
    yield "| shape | 说明 | meaning |\n|---|---|---|"
    for name, text in SHAPES.items():
        if name != "label":
            en, zh = languages(DEFS[name]["title"] + " / ", " / ")
            if "description" in DEFS[name] and CJK.search(DEFS[name]["description"]):
                en, zh = languages(DEFS[name]["description"], ". ")
            yield f"| {cell(text)} | {cell(zh.removesuffix(' /'))} | {cell(en)} |"


def page():
    out = [INTRO, "\n".join(names()) + "\n"]
    for title, paths, schema in sections():
        out.append(f"## {title}\n")
        if paths[0]:
            out.append("At " + ", ".join(f"`{p}`" for p in paths) + ".\n")
        alike = {}  # keys that hold the same stand in one row
        for key, value in keys_of(schema):
            same = json.dumps(value) if named(value) == "rung" else key
            alike.setdefault(same, (value, []))[1].append(key)
        rows = [row(" ".join(keys), value) for value, keys in alike.values()]
        out.append("\n".join(["| key | shape | 说明 | meaning |", "|---|---|---|---|", *rows]) + "\n")
    return "\n".join(out)


def main():
    want = page()
    if os.environ.get("PLACET_ACCEPT") == "1":
        PAGE.write_text(want, encoding="utf-8")
    old = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    if old != want:
        print("error: workflows/KEYS.md: not what the schema says (PLACET_ACCEPT=1 writes it)")
        print("".join(difflib.unified_diff(old.splitlines(True), want.splitlines(True))))
        sys.exit(1)
    print(f"{len(sections())} tables, {want.count(chr(10) + '| ')} lines")


main()
