"""Every construct of the language through the real loader and core: cases that go as pinned.

ctest: timeout 300

`PLACET_ACCEPT=1 python3 tests/language/language_test.py build` writes the events anew (README.md).
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "patterns"))

import story  # noqa: E402


def main():
    folders = sorted(f for f in HERE.iterdir() if (f / f"{f.name}.yaml").is_file())
    wrong, cases = story.check_folders(folders, lambda folder: f"{folder.name}.yaml")
    print(f"{len(folders)} definitions, {cases} cases, {wrong} wrong")
    sys.exit(1 if wrong or not cases else 0)


main()
