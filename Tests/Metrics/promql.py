"""Takes expressions of PromQL apart, into what has to return series where nothing is wrong: without thresholds, and each side of `and`, `or` and `unless`."""
import re

SETS = ("or", "and", "unless")
COMPARISONS = ("==", "!=", ">=", "<=", ">", "<")
ARITHMETIC = ("+", "-", "*", "/", "%", "^")
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|[\w:$.]+|==|!=|>=|<=|=~|!~|\s+|.', re.S)
MATCHING = re.compile(r"\s*(?:bool\b|(?:on|ignoring|group_left|group_right)\s*\([^)]*\))")
NUMBER = re.compile(r"\s*-?[\d.]+\s*")


def without_parentheses(expression):
    """The same without what encloses all of it."""
    expression = expression.strip()
    while expression.startswith("(") and end_of_group(expression) == len(expression):
        expression = expression[1:-1].strip()
    return expression


def end_of_group(expression):
    depth = 0
    for match in TOKEN.finditer(expression):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth == 0:
            return match.end()
    raise ValueError(f"unbalanced: {expression}")


def split(expression, operators):
    """The operands of these operators outside of all brackets, without how they are matched."""
    parts, start, depth = [], 0, 0
    for match in TOKEN.finditer(expression):
        token = match[0]
        if token in ("(", "{", "["):
            depth += 1
        elif token in (")", "}", "]"):
            depth -= 1
        elif depth == 0 and token in operators:
            parts.append(expression[start:match.start()])
            start = match.end()
    parts = [unmatched(part) for part in [*parts, expression[start:]]]
    return [part for part in parts if part and not NUMBER.fullmatch(part)]


def unmatched(operand):
    while match := MATCHING.match(operand):
        operand = operand[match.end():]
    return operand.strip()


def expected(expression, has_series):
    """The parts of an expression that have to return series, each with whether it does.

    - Parameter has_series: asks Prometheus.
    """
    expression = without_parentheses(expression)
    for operators in (SETS[:1], SETS[1:], COMPARISONS):
        parts = split(expression, operators)
        if len(parts) > 1 or parts and parts[0] != expression:
            for part in parts:
                yield from expected(part, has_series)
            return
    if expression.startswith("absent("):
        yield from expected(expression.removeprefix("absent"), has_series)
        return
    found = has_series(expression)
    parts = split(expression, ARITHMETIC)
    # A factor may be a filter in parentheses, which leaves nothing where nothing is wrong.
    if not found and parts and parts != [expression]:
        for part in parts:
            yield from expected(part, has_series)
    else:
        yield expression, found
