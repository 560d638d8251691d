"""Read the variant that follows a family's name, by the family's grammar.

A grammar is data: a list of slots in the order in which the canonical variant
names them. Each slot has a ``kind``, which is one of the readers below. Slots
may come in any order in the text, each at most once; the variant ends at the
first token that no slot and no entry of the noise list knows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

Tokens = Sequence[str]
Slot = Mapping[str, Any]
#: (number of tokens read, what they mean: "" = the default, which is not named)
Read = tuple[int, str] | None

#: A variant is a few short tokens: no name has more.
MAX_TOKENS = 16


class Variant(NamedTuple):
    """``generation`` belongs to the family's name, ``text`` is the variant; ``end`` excluded."""

    generation: str
    text: str
    end: int


def _at(tokens: Tokens, i: int) -> str:
    return tokens[i] if i < len(tokens) else ""


def _plain(number: str) -> str:
    """Return a number as it is written shortest: ``1.50`` and ``01.5`` are ``1.5``."""
    try:
        return f"{float(number):g}"
    except ValueError:  # more than one dot: 1.2.3
        return number


def _word(tokens: Tokens, i: int, slot: Slot) -> Read:
    """Words that mean something: ``{"s": "small", "small": "small"}``; longest first."""
    values = slot["values"]
    for length in (3, 2, 1):
        phrase = " ".join(tokens[i : i + length])
        if phrase in values:
            return min(length, len(tokens) - i), values[phrase]
    return None


def _number(tokens: Tokens, i: int, slot: Slot) -> Read:
    """A number of ``values``, after a word of ``after`` (needed if ``bare`` is false)."""
    j = i
    while _at(tokens, j) in slot.get("after", ()):
        j += 1
    number = _at(tokens, j)
    if number not in slot["values"]:
        return None
    k = j + 1
    if _at(tokens, k) in slot.get("before", ()):
        k += 1
    elif j == i and not slot.get("bare", True):
        return None
    return k - i, slot.get("prefix", "") + number


def _version(tokens: Tokens, i: int, slot: Slot) -> Read:
    """``v2``, ``v1.5``, ``v1_5``: ``values`` says what each means; ``bare``: without the v too."""
    j = i + (_at(tokens, i) in ("v", "version"))
    if j == i and not slot.get("bare"):
        return None
    values = slot["values"]
    if j == i and _at(tokens, i + 1) == "b":
        return None  # gemma-2b has two billion parameters
    for length in (2, 1):
        number = ".".join(tokens[j : j + length])
        if number in values and len(tokens) >= j + length:
            return j + length - i, values[number]
    whole, dot, rest = _at(tokens, j).partition(".")
    if dot and rest == "0" and whole in values:
        return j + 1 - i, values[whole]
    return None


def _code(tokens: Tokens, i: int, slot: Slot) -> Read:
    """A letter with a number: ``{"b": ["0", "1"]}`` reads ``B0``."""
    letter, number = _at(tokens, i), _at(tokens, i + 1)
    if number in slot["values"].get(letter, ()):
        return 2, letter + number
    return None


def _width(tokens: Tokens, i: int, slot: Slot) -> Read:
    """A width multiplier: ``0.75``, ``075``, ``75`` (hundredths); 1 is the default."""
    j = i
    while _at(tokens, j) in slot.get("after", ()):
        j += 1
    number = _at(tokens, j)
    if not number or not number[0].isdecimal() or len(number) > 4 or number.count(".") > 1:
        return None
    value = float(number) if "." in number else float(number) / 100
    if value not in slot["values"] and (j == i or float(number) not in slot["values"]):
        return None
    if value not in slot["values"]:
        value = float(number)
    return j + 1 - i, "" if value == 1 else f"w{value:g}"


def _groups(tokens: Tokens, i: int, slot: Slot) -> Read:
    """Groups and their width: ``32x4d``; only those of ``values``, if it has any."""
    a, x, b = _at(tokens, i), _at(tokens, i + 1), _at(tokens, i + 2)
    if x != "x" or not (a.isdecimal() and b.isdecimal()) or len(a + b) > 6:
        return None
    text = f"{a}x{b}d"
    if text not in slot.get("values", (text,)):
        return None
    return 3 + (_at(tokens, i + 3) == "d"), text


def _times(tokens: Tokens, i: int, slot: Slot) -> Read:
    """A factor: ``2x`` or ``x2``."""
    a, b = _at(tokens, i), _at(tokens, i + 1)
    number = b if a == "x" else a if b == "x" else ""
    return (2, "x" + number) if number in slot["values"] else None


def _shape(tokens: Tokens, i: int, slot: Slot) -> Read:
    """Layers, hidden size, heads: ``L-12_H-768_A-12``; ``values`` names the usual shapes."""
    if not (_at(tokens, i) == "l" and _at(tokens, i + 2) == "h"):
        return None
    layers, hidden = _at(tokens, i + 1), _at(tokens, i + 3)
    if not (layers.isdecimal() and hidden.isdecimal()) or len(layers + hidden) > 8:
        return None
    read = 6 if _at(tokens, i + 4) == "a" and _at(tokens, i + 5).isdecimal() else 4
    return read, slot["values"].get(f"{layers} {hidden}", f"l{layers}-h{hidden}")


#: What stands behind a number of parameters.
_UNITS = {"billion": "b", "million": "m", "b": "b", "m": "m"}


def _parameters(tokens: Tokens, i: int, _: Slot) -> Read:
    """A number of parameters: ``7B``, ``350M``."""
    number, unit = _at(tokens, i), _at(tokens, i + 1)
    if unit not in _UNITS or not number[:1].isdecimal() or len(number) > 6:
        return None
    return 2, _plain(number) + _UNITS[unit]


def _noise(tokens: Tokens, i: int, noise: Mapping[str, Any]) -> int:
    """Return the number of tokens from ``i`` on that mean no variant."""
    if tokens[i] in noise["with_number"] and _at(tokens, i + 1)[:1].isdecimal():
        return 2
    return int(tokens[i] in noise["words"] or tokens[i] in noise["numbers"])


def _parameters_later(tokens: Tokens, slot: Slot) -> str:
    for i, unit in enumerate(tokens[1:]):
        if unit in _UNITS and (read := _parameters(tokens, i, slot)):
            return read[1]
    return ""


def _flops(tokens: Tokens, i: int, _: Slot) -> Read:
    """A cost in GFLOPs: ``32GF``, ``3_2gf``, ``400MF``, or in tenths with three digits: ``320``."""
    number, unit, read = _at(tokens, i), _at(tokens, i + 1), 2
    if number.isdecimal() and unit.isdecimal() and _at(tokens, i + 2) in ("gf", "gflops"):
        number, unit, read = f"{number}.{unit}", _at(tokens, i + 2), 3
    if not number[:1].isdecimal() or len(number) > 5 or number.count(".") > 1:
        return None
    if unit in ("gf", "mf", "gflops", "mflops"):
        value = float(number) / (1 if unit[0] == "g" else 1000)
        return read, f"{value:g}gf"
    if len(number) == 3 and number.isdecimal():
        return 1, f"{int(number) / 10:g}gf"
    return None


KINDS: dict[str, Callable[[Tokens, int, Slot], Read]] = {
    "word": _word,
    "number": _number,
    "version": _version,
    "code": _code,
    "width": _width,
    "groups": _groups,
    "times": _times,
    "shape": _shape,
    "parameters": _parameters,
    "flops": _flops,
}


#: The kinds that can begin with numbers other than those among their beginnings.
_ANY_NUMBER = frozenset({"version", "width", "groups", "parameters", "flops"})

#: The words with which a slot of each kind can begin; None: it begins with a number only.
_BEGINNINGS: dict[str, Callable[[Slot], Iterable[str]] | None] = {
    "word": lambda slot: (phrase.split(" ", 1)[0] for phrase in slot["values"]),
    "number": lambda slot: (*slot.get("after", ()), *slot["values"]),
    "version": lambda slot: ("v", "version", *(v.split(".", 1)[0] for v in slot["values"])),
    "code": lambda slot: slot["values"],
    "width": lambda slot: slot.get("after", ()),
    "groups": None,
    "times": lambda slot: ("x", *slot["values"]),
    "shape": lambda _: ("l",),
    "parameters": None,
    "flops": None,
}


def _is_resolution(tokens: Tokens, i: int, numbers: Collection[str]) -> bool:
    """Whether the number at ``i`` is a side of an input resolution with both: ``416x416``."""
    return _at(tokens, i + 1) == "x" and _at(tokens, i + 2) in numbers


def beginnings(slot: Slot) -> frozenset[str]:
    """Return the words, and the numbers if they are few, with which a slot can begin."""
    words = _BEGINNINGS[slot["kind"]]
    return frozenset(words(slot)) if words else frozenset()


def _read_at(
    tokens: Tokens, i: int, slots: Sequence[Slot], found: Mapping[int, str]
) -> tuple[int, int, str] | None:
    """Return the slot that reads token ``i``, how many tokens it reads, and what they mean."""
    token = tokens[i]
    number = token[0].isdecimal()
    for index, slot in enumerate(slots):
        if token in slot["begins"] or (number and slot["kind"] in _ANY_NUMBER):
            read = None if index in found else KINDS[slot["kind"]](tokens, i, slot)
            if read is not None:
                return index, *read
    return None


def read_variant(
    tokens: Tokens,
    start: int,
    slots: Sequence[Slot],
    noise: Mapping[str, Any],
    stuck: Sequence[str] = (),
    title: bool = False,
) -> Variant:
    """Return the variant that stands from token ``start`` on.

    ``slots`` is a family's grammar, each with its :func:`beginnings` as ``begins``; a
    slot with ``family: true`` gives the generation, which is part of the family's name
    (MobileNet-**V2**).
    ``noise`` holds ``words`` that mean no variant, ``numbers`` (input
    resolutions) and ``with_number``, words whose number is dropped too.
    ``stuck`` are the words of the variant that were written as part of the name (yolov3).
    In a ``title`` a number of parameters counts behind other words too (``llama-chat-7b``).
    """
    if stuck:
        whole = read_variant([*stuck, *tokens[start:]], 0, slots, noise, title=title)
        return whole._replace(end=max(start, start + whole.end - len(stuck)))
    found: dict[int, str] = {}
    i = end = start
    limit = min(len(tokens), start + MAX_TOKENS)
    resolutions = noise["numbers"]
    while i < limit:
        if tokens[i] in resolutions and _is_resolution(tokens, i, resolutions):
            i += 3
            continue
        read = _read_at(tokens, i, slots, found)
        if read:
            index, length, meaning = read
            found[index] = meaning
            i = end = i + length
        elif skipped := _noise(tokens, i, noise):
            i += skipped
        else:
            break
    for index, slot in enumerate(slots):
        if index in found:
            continue
        if "default" in slot:
            found[index] = slot["default"]
        elif title and slot["kind"] == "parameters":
            found[index] = _parameters_later(tokens[end:limit], slot)
    if not found:
        return Variant("", "", start)
    named = [k for k, meaning in found.items() if meaning]
    generation = [found[k] for k in named if slots[k].get("family")]
    text = [found[k] for k in sorted(named) if not slots[k].get("family")]
    return Variant("-".join(generation), "-".join(text), end)


def with_backbone(variant: str, backbone: str, necks: Collection[str], own: Collection[str]) -> str:
    """Return the variant of a detector together with its backbone, the neck last.

    ``faster_rcnn_fpn_resnet50`` and ``faster_rcnn_resnet50_fpn`` are one network.
    ``own`` are the neck and backbones that all detectors of the family have: they are not named.
    """
    if backbone in own:
        backbone = ""
    words = [word for part in (variant, backbone) for word in part.split("-") if word]
    neck = [word for word in words if word in necks and word not in own]
    return "-".join([word for word in words if word not in necks] + neck[:1])
