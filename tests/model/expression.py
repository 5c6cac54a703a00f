"""Expressions: the part of CEL that drawn definitions use, read by Python's own parser.

A missing name is an error, never false; has(x) asks for it.
"""

import re


class Missing(Exception):
    """What is read is not there."""


class Fields:
    """A map of a document: fields by name, as CEL reads them."""

    def __init__(self, values):
        self._values = values

    def __getattr__(self, name):
        if name.startswith("__") or name not in self._values:
            raise Missing(name)
        return wrap(self._values[name])


class Items(list):
    def size(self):
        return len(self)

    def exists(self, test):
        return any(test(item) for item in self)

    def all(self, test):
        return all(test(item) for item in self)

    def filter(self, test):
        return Items(item for item in self if test(item))


def wrap(value):
    if isinstance(value, dict):
        return Fields(value)
    if isinstance(value, list):
        return Items(wrap(item) for item in value)
    return value


def plain(value):
    return value._values if isinstance(value, Fields) else value


def has(read):
    try:
        read()
    except Missing:
        return False
    return True


WORDS = {"&&": " and ", "||": " or ", "true": "True", "false": "False"}


def translate(text):
    text = re.sub(r"\.(exists|all|filter)\((\w+),\s*", r".\1(lambda \2: ", text)
    text = re.sub(r"(.*) \? (.*) : (.*)", r"\2 if \1 else \3", text)
    text = re.sub(r"\bhas\(", "has(lambda: ", text)
    text = re.sub(r"!(?!=)", " not ", text)
    return re.sub(r"&&|\|\||\btrue\b|\bfalse\b", lambda found: WORDS[found.group()], text)


def evaluate(text, names):
    """`names`: the variables, plain values. Raises Missing."""
    scope = {name: wrap(value) for name, value in names.items()}
    scope.update(has=has, size=len)
    try:  # the text was drawn by draw.py, it never comes from outside
        return eval(translate(text.strip()), {**scope, "__builtins__": {}})
    except NameError as error:
        raise Missing(str(error)) from error
