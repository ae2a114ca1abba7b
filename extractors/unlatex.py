"""LaTeX and Markdown marks in abstracts, blanked out without moving a single offset."""

from __future__ import annotations

import re

# Math is a short stretch between dollars without running prose; any other dollar is money.
_MATH = re.compile(r"(?<!\\)\$([^$]{1,80}?)(?<!\\)\$")
_PROSE = re.compile(r"(?<![\\A-Za-z])[a-z]{3,} [a-z]{2,} ")
_SYMBOLS = {
    "times": "×", "sim": "~", "approx": "~", "simeq": "~", "pm": "±", "leq": "≤", "le": "≤", "geq": "≥",
    "ge": "≥", "lt": "<", "gt": ">", "rightarrow": "→", "to": "→", "longrightarrow": "→", "Rightarrow": "→",
    "uparrow": "↑", "downarrow": "↓", "mathsf": " ", "mathbf": " ", "textbf": " ", "textit": " ", "text": " ",
    "mathrm": " ", "emph": " ", "rm": " ", "bf": " ", "underline": " ", "boldsymbol": " ", "mathit": " ",
    "bm": " ", "thinspace": " ", "textsc": " ", "texttt": " ", "deg": "°", "mu": "μ", "textemdash": "—",
    "percent": "%",
}  # fmt: skip
# Colours and references, with what they are given.
_ASIDE = re.compile(r"~?\\(?:(?:text)?color|cite\w*|ref|eqref|label)\*?(?:\[[^]]*\])?\{[^{}]*\}")
_CUT = re.compile(r"(?:\\[A-Za-z]+|[\^_])\Z")
_PAIRS = {"}": "{", ")": "("}
_GIVEN = re.compile(r"\{[^{}]{1,40}\}")
_COMMAND = re.compile(r"\\([A-Za-z]{1,14})(?![A-Za-z])|\\([%$,;:! ~&#_])|\*\*|[{}~]")


def plain(text: str) -> str:
    """Return a text of the same length in which marks are blanks and symbols are single characters."""
    if not ("\\" in text or "$" in text or "*" in text or "~" in text or "{" in text):
        return text
    text = _MATH.sub(_open_math, text)
    text = _ASIDE.sub(lambda match: " " * len(match[0]), text)
    return _COMMAND.sub(lambda match: _shown(match, text), text)


def _open_math(match: re.Match[str]) -> str:
    inner = match[1]
    if _PROSE.search(inner) or inner[0] == " " != inner[-1]:
        return match[0]
    return f" {inner} "


def _shown(match: re.Match[str], text: str) -> str:
    whole = match[0]
    if match[1]:
        symbol = _SYMBOLS.get(match[1])
        return whole if symbol is None else symbol.rjust(len(whole))
    if match[2]:
        return " %" if match[2] == "%" else " $" if match[2] == "$" else "  "
    tied = text[max(0, match.start() - 1)].isdigit() and not text[match.end() : match.end() + 1].isdigit()
    if whole == "~" and not tied:  # "5~ms", unlike "~5" and "5~10"
        return "~"
    return " " * len(whole)


def balanced(text: str, start: int, end: int) -> tuple[int, int]:
    r"""Trim a slice to ink and of what closes nothing in it; widen it over what it has cut open.

    Such as "QSN}" of "\textbf{QSN}", and "AP_{50", "AP\textsubscript" of "AP\textsubscript{50}".
    """
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end > start and _loose(text, start, end):
        end -= 1
    if given := _GIVEN.match(text, end) if _CUT.search(text, start, end) else None:
        end = given.end()
    inside = text[start:end]
    if inside.count("{") > inside.count("}") and text[end : end + 1] == "}":
        end += 1
    if text[start:end].count("$") % 2:
        if text[end : end + 1] == "$":
            end += 1
        elif start and text[start - 1] == "$":
            start -= 1
    return start, end


def _loose(text: str, start: int, end: int) -> bool:
    """Whether a slice ends with a mark that closes, or opens, nothing in it: "QSN}$", "QSN)"."""
    last, inside = text[end - 1], text[start:end]
    if last == "$":
        return inside.count("$") % 2 == 1 and text[start - 1 : start] != "$"
    opens = _PAIRS.get(last)
    return last == "\\" or (opens is not None and inside.count(last) > inside.count(opens))
