"""Prose is what remains of a page without code, addresses and file names."""

from __future__ import annotations

import re

#: Code that lost its fence: indented lines, prompts, imports; assignments of calls and literals.
_CODE_BEGINS = ("    ", "\t", ">>>", "$ ", "import ", "#include")
_ASSIGNMENT = re.compile(r"[ \w.,]{1,60}=[^\n]*[(\['\"{]")
#: How lines of code begin behind the first.
_LINE_OF_CODE = re.compile(rf"\n(?:{'|'.join(map(re.escape, _CODE_BEGINS))})")
_URL = re.compile(r"https?://[^\s)>\]\"']+")
#: A file's name tells about files: imagenet_classes.txt is no training data.
_FILE_ENDING = re.compile(
    r"\.(?:txt|csv|json|py|ipynb|ya?ml|tar|t?gz|zip|pth|pt|h5|onnx|tflite|ckpt"
    r"|safetensors|bin|pbtxt|pb|jpe?g|png|md|html|pkl|npz|npy|sh)\b"
)
_MAX_FILE_NAME = 120


def without_code(text: str) -> str:
    """Return ``text`` with code, addresses and file names as blanks of equal length."""
    if _may_hold_code(text):
        text = _without_code_lines(text)
    if "://" in text:
        text = _URL.sub(lambda match: " " * len(match[0]), text)
    return _without_files(text)


def _may_hold_code(text: str) -> bool:
    """Whether a text needs a look at its lines. One pass for each sign is the fastest."""
    return (
        "=" in text
        or "```" in text
        or "~~~" in text
        or text.startswith(_CODE_BEGINS)
        or _LINE_OF_CODE.search(text) is not None
    )


def _without_code_lines(text: str) -> str:
    lines, fence = [], ""
    for line in text.split("\n"):
        begins = line.lstrip()[:3]
        if begins in ("```", "~~~") and fence in ("", begins):
            fence = "" if fence else begins
            line = " " * len(line)  # noqa: PLW2901
        elif fence or line.startswith(_CODE_BEGINS) or ("=" in line and _ASSIGNMENT.match(line)):
            line = " " * len(line)  # noqa: PLW2901
        lines.append(line)
    return "\n".join(lines)


def _without_files(text: str) -> str:
    parts, done = [], 0
    for ending in _FILE_ENDING.finditer(text):
        start, first = ending.start(), max(done, ending.start() - _MAX_FILE_NAME)
        while start > first and (text[start - 1].isalnum() or text[start - 1] in "_-/."):
            start -= 1
        parts += [text[done:start], " " * (ending.end() - start)]
        done = ending.end()
    parts.append(text[done:])
    return "".join(parts)
