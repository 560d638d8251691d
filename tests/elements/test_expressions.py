"""Regular expressions over hostile text: what they can cost has a bound for each place of it.

A search tries each place of a text in turn. Where no repeat is unbounded, what it does at one
place is bounded, whatever stands there, so that it is linear in the length of the text. How
large that bound is, is read off the expression: the ways to match it from one place.
"""

from __future__ import annotations

import re
import re._constants as sre
import re._parser as sre_parser
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest

from modelstores import elements
from modelstores.elements.codebook import load

#: Most ways to match an expression from one place, and longest repeat.
WAYS, REPEATS = 25_000, 200
#: Characters that tell classes apart: letters, digits, blanks, marks, other scripts.
ALPHABET = [chr(c) for c in range(9, 127)] + list("\xe9\u2013\u2014\u3002\u6a21\u2192$€£")
EVERY = frozenset(ALPHABET)


def class_of(op: Any, argument: Any) -> frozenset[str] | None:
    """Return the characters that a node of one character matches, or None if it is none."""
    if op is sre.ANY:
        return EVERY - {"\n"}
    if op is sre.LITERAL:
        return frozenset({chr(argument)})
    if op is sre.NOT_LITERAL:
        return EVERY - {chr(argument)}
    if op is not sre.IN:
        return None
    found: set[str] = set()
    for kind, what in argument:
        if kind is sre.LITERAL:
            found.add(chr(what))
        elif kind is sre.RANGE:
            found.update(c for c in EVERY if what[0] <= ord(c) <= what[1])
        elif kind is sre.CATEGORY:
            name = {sre.CATEGORY_WORD: r"\w", sre.CATEGORY_SPACE: r"\s", sre.CATEGORY_DIGIT: r"\d"}
            no = {
                sre.CATEGORY_NOT_WORD: r"\W",
                sre.CATEGORY_NOT_SPACE: r"\S",
                sre.CATEGORY_NOT_DIGIT: r"\D",
            }
            found.update(c for c in EVERY if re.match({**name, **no}[what], c))
    return EVERY - found if argument[0][0] is sre.NEGATE else frozenset(found)


REPEAT = (sre.MAX_REPEAT, sre.MIN_REPEAT)
ZERO_WIDTH = (sre.AT, sre.ASSERT, sre.ASSERT_NOT)


def first(nodes: list[Any]) -> frozenset[str]:
    """Return the characters that what the nodes match can begin with; all if it can be empty."""
    found: frozenset[str] = frozenset()
    for op, argument in nodes:
        one = class_of(op, argument)
        if one is not None:
            return found | one
        if op in ZERO_WIDTH:
            continue
        if op in REPEAT:
            found |= first(list(argument[2]))
            if argument[0]:
                return found
        elif op is sre.SUBPATTERN:
            return found | first(list(argument[3]))
        elif op is sre.BRANCH:
            return found.union(*(first([*branch]) for branch in argument[1]))
    return EVERY


def ways(nodes: list[Any], *, last: bool = False) -> int:
    """Return the most ways in which the nodes can match from one place.

    A repeat counts as often as it can end; it has but one end where what follows begins with
    none of its characters, or where it is the expression's ``last`` part: no way leads back.
    """
    total = 1
    for number, (op, argument) in enumerate(nodes):
        rest = nodes[number + 1 :]
        ends = last and not rest
        if op in REPEAT:
            least, most, inner = argument[0], argument[1], list(argument[2])
            within = ways(inner)
            assert most <= REPEATS or ends, "an unbounded repeat with something after it"
            assert within == 1 or most <= 3, "ways within a repeat"
            one_end = ends or not first(inner) & first(rest)
            total *= 1 if one_end and within == 1 else (most - least + 1) * within**most
        elif op is sre.BRANCH:
            branches = [(first([*branch]), ways([*branch], last=ends)) for branch in argument[1]]
            total *= max(sum(n for begin, n in branches if c in begin) for c in EVERY)
        elif op is sre.SUBPATTERN:
            total *= ways(list(argument[3]), last=ends)
        elif op in (sre.ASSERT, sre.ASSERT_NOT):
            assert ways(list(argument[1])) <= WAYS
    return total


def expressions() -> Iterator[Any]:
    """Yield the expressions of the codebook and of the modules that read texts."""
    for element in load().elements:
        for kind, patterns in (("pattern", element.patterns), ("policy", element.policies)):
            for number, pattern in enumerate(patterns, 1):
                yield pytest.param(pattern.regex, id=f"{element.id}-{kind}-{number}")
        if element.requires:
            yield pytest.param(element.requires, id=f"{element.id}-requires")
    for module in iter_modules(elements.__path__, f"{elements.__name__}."):
        for name, value in vars(import_module(module.name)).items():
            if isinstance(value, re.Pattern):
                yield pytest.param(value.pattern, id=f"{module.name}-{name}")


@pytest.mark.parametrize("regex", list(expressions()))
def test_work_at_one_place_is_bounded(regex: str) -> None:
    assert ways(list(sre_parser.parse(regex)), last=True) <= WAYS


@pytest.mark.parametrize(
    "regex",
    [
        "(?:a+)+b",
        "(?:a|a){1,200}b",
        "[ab]{0,200}[bc]{0,200}[^d]{0,200}d",
        "a+b",
        "(?:[a-z]{1,20}){1,20} x",
        "x(?![a-z]{0,200}[a-z]{0,200}[a-z]{0,200}1)",
    ],
)
def test_an_expression_that_goes_back_too_often_is_found(regex: str) -> None:
    with pytest.raises(AssertionError):
        assert ways(list(sre_parser.parse(regex)), last=True) <= WAYS


@pytest.mark.parametrize(
    ("regex", "number"),
    [
        ("a{0,9}b", 1),
        ("a{0,9}[ab]", 10),
        ("(?:ab|cd)e?f", 1),
        ("(?:ab|a.)c", 2),
        (r"(?:\w{1,20} ){0,3}x", 4),
        ("a[^b]{1,200}", 1),
    ],
)
def test_ways_are_counted(regex: str, number: int) -> None:
    assert ways(list(sre_parser.parse(regex)), last=True) == number
