# ctest: slow
# ctest: timeout 600
"""Random definitions, answers and silences: core and model must agree on every event and its time.

Takes the build folder, how many seeds (2,600 when it says nothing: more than 2,000 of them load),
and from which.
"""

import concurrent.futures
import json
import pathlib
import shutil
import sys
import tempfile

from compare import Refused, differ
from draw import draw
import files

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATTERNS = ROOT / "tests" / "patterns"
PROJECT = {"type": "object", "title": "Project / 项目",
           "properties": {"name": {"type": "string", "title": "Name / 名称"},
                          "area": {"type": "integer", "title": "Area / 面积"},
                          "fire": {"type": "boolean", "title": "Fire / 消防"}},
           "required": ["name", "area", "fire"]}
LIST = {"type": "array", "title": "List / 列表", "maxItems": 8, "items": {"type": "object"}}
SCHEMA = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Drawn / 抽取",
          "type": "object", "properties": {"project": PROJECT, "list": LIST},
          "required": ["project", "list"]}


def house(folder):
    """Departments, documents, calendar and form for what is drawn into folder/workflows."""
    (folder / "workflows").mkdir(parents=True)
    (folder / "schemas" / "forms").mkdir(parents=True)
    shutil.copytree(ROOT / "workflows" / "calendars", folder / "workflows" / "calendars")
    for name in ("departments.yaml", "documents.yaml"):
        shutil.copy(PATTERNS / name, folder / "workflows" / name)
    form = folder / "schemas" / "forms" / "drawn.schema.json"
    form.write_text(json.dumps(SCHEMA), encoding="utf-8")


def write(folder, workflows, answers):
    path = folder / "workflows" / "drawn.answers.yaml"
    for name, content in {**workflows, path.name: answers}.items():
        files.write(path.parent / name, content)
    return folder / "workflows" / "drawn.yaml", path


def play(job):
    placet, folder, first, count = job
    folder = pathlib.Path(folder)
    house(folder)
    loaded, findings = 0, []
    for seed in range(first, first + count):
        workflow, answers = write(folder, *draw(seed))
        try:
            found = differ(placet, str(workflow), str(answers))
        except Refused:
            continue
        except Exception as error:  # a model that fails is a difference too
            found = f"{type(error).__name__}: {error}"
        loaded += 1
        if found:
            findings.append((seed, found))
    return loaded, findings


def main():
    placet = str(pathlib.Path(sys.argv[1]) / "placet")
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 2600
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    loaded, findings = 0, []
    half = count // 2
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ProcessPoolExecutor(2) as pool:
        jobs = [(placet, f"{folder}/{n}", first + n * half, half) for n in range(2)]
        for some, found in pool.map(play, jobs):
            loaded += some
            findings += found
    for seed, found in findings[:10]:
        print(f"seed {seed}: the engine and the model differ\n{found}")
    print(f"{loaded} of {count} drawn definitions load; {len(findings)} differ")
    sys.exit(bool(findings) or loaded * 10 < count * 7)


if __name__ == "__main__":
    main()
