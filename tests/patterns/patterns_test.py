"""The workflow patterns: each definition loads, each of its cases goes as pinned.

ctest: timeout 300

`PLACET_ACCEPT=1 python3 tests/patterns/patterns_test.py build` writes the pinned events and the
table of workflows/README.md anew, to be read as a diff (README.md says what stands where).
"""

import pathlib
import re
import sys

import story

HERE = pathlib.Path(__file__).resolve().parent
PATTERNS = 43
BEGIN = "<!-- patterns: written by tests/patterns/patterns_test.py -->"
END = "<!-- end of patterns -->"


def row_of(folder):
    """A line of the table, from the page of the pattern."""
    page = (folder / "README.md").read_text(encoding="utf-8")
    title = re.match(r"# (\d+) (.+)\n", page)
    said = re.search(r"^Said with: (.+(?:\n.+)*)", page, flags=re.M)
    if not title or not said or int(title[1]) != int(folder.name[:2]):
        sys.exit(f"{folder.name}/README.md: wants `# number name` and a line `Said with: ...`")
    text = " ".join(said[1].split()).rstrip(".").replace("|", "\\|")
    definition = (folder / f"{folder.name[3:]}.yaml").read_text(encoding="utf-8")
    zh = re.search(r"^title: \{zh: ([^,]+),", definition, flags=re.M)[1]
    page = f"../tests/patterns/{folder.name}/README.md"
    return f"| {title[1]} | [{title[2]}]({page}) {zh} | {text} |"


def check_table(folders):
    page = story.ROOT / "workflows" / "README.md"
    text = page.read_text(encoding="utf-8")
    rows = "\n".join(["| | pattern | said with |", "|--:|---|---|", *map(row_of, folders)])
    table = f"{BEGIN}\n{rows}\n{END}"
    if BEGIN not in text or END not in text:
        sys.exit("workflows/README.md: no place for the table of patterns")
    start, end = text.index(BEGIN), text.index(END) + len(END)
    return story.check_pinned(page, text[:start] + table + text[end:])


def main():
    folders = sorted(f for f in HERE.iterdir() if re.match(r"\d\d_", f.name))
    wrong, cases = story.check_folders(folders, lambda folder: f"{folder.name[3:]}.yaml")
    wrong += check_table(folders)
    numbers = [int(f.name[:2]) for f in folders]
    if numbers != list(range(1, PATTERNS + 1)):
        print(f"error: numbers {numbers}")
        wrong += 1
    print(f"{len(folders)} patterns, {cases} cases, {wrong} wrong")
    sys.exit(1 if wrong or not cases else 0)


main()
