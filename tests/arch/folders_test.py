"""Every folder says what it is for, and nothing new appears at the top level by accident."""

import os

import tree

TOP = {
    "CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md",
    "adapters", "engine", "schemas", "tests", "tools", "workflows",
    ".ci", ".clang-format", ".clang-tidy", ".editorconfig", ".gitignore",
}
NOT_OURS = {".git", ".cache", ".gitattributes"}


def main():
    findings = []
    for name in sorted(os.listdir(tree.ROOT)):
        if name not in TOP | NOT_OURS and not name.startswith("build"):
            findings.append(f"{name}: error: not a top-level entry of this project")
    folders = {parent for path in tree.files() for parent in path.parents}
    for folder in sorted(folders):
        # engine/include holds the one folder that <placet/...> needs, and nothing else; a corpus
        # holds inputs of a fuzzer, and nothing else.
        if str(folder) == "engine/include" or str(folder).startswith("tests/fuzz/corpus"):
            continue
        readme = tree.ROOT / folder / "README.md"
        if not readme.is_file():
            findings.append(f"{folder}: error: no README.md")
        elif len(readme.read_text(encoding="utf-8").split()) < 12:
            findings.append(f"{folder}/README.md: error: says nothing")
    tree.finish(findings, len(folders))


main()
