"""Every example of `placet explain`: the wrong one has exactly its mistake, the right one none."""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLE = pathlib.Path(__file__).resolve().parent / "sample"
PLACET = pathlib.Path(sys.argv[1]).resolve() / "placet"

# Mistakes that no example of a few lines can have.
WITHOUT_EXAMPLE = {"P0105", "P0406"}

FILES = {
    "sample.yaml": "workflows/sample.yaml",
    "departments.yaml": "workflows/departments.yaml",
    "documents.yaml": "workflows/documents.yaml",
    "calendars/cn.yaml": "workflows/calendars/cn.yaml",
    "forms/sample.schema.json": "schemas/forms/sample.schema.json",
}

# Where an example goes: file of the sample, and the keys that lead to the map that it changes.
PLACES = {
    "workflow": ("sample.yaml", []),
    "steps": ("sample.yaml", ["steps"]),
    "step": ("sample.yaml", ["steps", "review"]),
    "decisions": ("sample.yaml", ["decisions"]),
    "finish": ("sample.yaml", ["finish"]),
    "departments": ("departments.yaml", ["departments"]),
    "documents": ("documents.yaml", ["documents"]),
    "calendar": ("calendars/cn.yaml", []),
    "form": ("forms/sample.schema.json", None),
}


def placet(*words):
    return subprocess.run([PLACET, *words], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60)


def blocks(lines, indent):
    """[key, lines] of each entry of a block map; what stands deeper belongs to the entry above."""
    found = []
    for line in lines:
        key = re.match(" " * indent + r"([^\s:#]+)[:：]", line)
        if key:
            found.append([key.group(1), []])
        elif not found:
            found.append(["", []])
        found[-1][1].append(line)
    return found


def merge(lines, path, snippet, indent=0):
    """The block map with the entries of the snippet in place of its own, at the end of the path."""
    entries = blocks(lines, indent)
    if path:
        for entry in entries:
            if entry[0] == path[0]:
                entry[1][1:] = merge(entry[1][1:], path[1:], snippet, indent + 2)
        return [line for entry in entries for line in entry[1]]
    new = blocks([" " * indent + line for line in snippet], indent)
    names = [key for key, _ in new]
    merged = []
    for key, own in entries:
        if key in names:
            merged += [line for name, block in new if name == key for line in block]
            new = [entry for entry in new if entry[0] != key]
        else:
            merged += own
    return merged + [line for _, block in new for line in block]


def codes_of(place, snippet):
    """The codes that checking the sample with this example shows."""
    name, path = PLACES[place]
    with tempfile.TemporaryDirectory() as folder:
        for file, to in FILES.items():
            text = (SAMPLE / file).read_text(encoding="utf-8")
            if file == name and path is None:
                text = snippet
            elif file == name:
                text = "\n".join(merge(text.splitlines(), path, snippet.splitlines())) + "\n"
            target = pathlib.Path(folder, to)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        done = placet("check", f"{folder}/workflows/sample.yaml", "-o", "json")
    found = json.loads(done.stdout)["files"][0]["diagnostics"]
    return sorted({d["code"] for d in found}), found


def known_codes():
    rows = (ROOT / "engine" / "definition" / "diagnostics.def").read_text(encoding="utf-8")
    return [f"P{int(n):04}" for n in re.findall(r"^DIAGNOSTIC\((\d+),", rows, flags=re.M)]


def check_code(code):
    explained = json.loads(placet("explain", code, "-o", "json").stdout)
    wrong = []
    for key in ("why", "do"):
        for language in ("zh", "en"):
            if not explained[key][language]:
                wrong.append(f"{code}: `{key}` has no {language}")
    if code in WITHOUT_EXAMPLE:
        return wrong
    if not explained["wrong"] or not explained["right"]:
        return wrong + [f"{code}: an example is missing"]
    for example, expected in (("wrong", [code]), ("right", [])):
        shown, found = codes_of(explained["in"], explained[example])
        if shown != expected:
            told = "; ".join(f"{d['code']} {d['line']}:{d['column']} {d['message']}" for d in found)
            wrong.append(f"{code}: the {example} example shows {shown}: {told}")
    return wrong


def main():
    codes = known_codes()
    assert len(codes) > 50, codes
    wrong = [line for code in codes for line in check_code(code)]
    for line in wrong:
        print(f"error: {line}")
    print(f"{len(codes)} codes, {len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


main()
