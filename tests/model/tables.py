"""Decision tables (language page: Decision tables)."""

import expression

TESTS = {">=": lambda a, b: a >= b, "<=": lambda a, b: a <= b, "!=": lambda a, b: a != b,
         ">": lambda a, b: a > b, "<": lambda a, b: a < b}


def read(table, names):
    """(number of the rule that matched first, outputs)"""
    columns = {key: expression.evaluate(str(value), names)
               for key, value in table.get("inputs", {}).items()}
    hits = []
    for number, rule in enumerate(table["rules"]):
        if all(matches(columns[key], cell) for key, cell in rule.items() if key in columns):
            hits.append((number, {key: cell for key, cell in rule.items() if key not in columns}))
    if not hits:
        return len(table["rules"]), table["otherwise"]
    if table.get("hit") == "collect":
        return hits[0][0], [output for _, output in hits]
    return hits[0]


def matches(value, cell):
    if isinstance(cell, list):
        return any(matches(value, each) for each in cell)
    if isinstance(cell, str):
        for sign, test in TESTS.items():
            if cell.startswith(sign):
                return test(value, type(value)(cell[len(sign):]))
        if ".." in cell:
            low, _, high = cell.partition("..")
            return type(value)(low) <= value <= type(value)(high)
    return value == cell
