"""256 bits as words that a person can print, read aloud and type without a mistake going unseen.

The list has 4,096 words of four letters, consonant-vowel twice, made by a rule; the rule leaves out
words that nobody wants to read aloud in a school. A secret is written as six lines of five words:
four words carry six bytes, and the fifth is a check of the line and of its number, so that a slip
is noticed in the line where it was made. The last four of the 36 bytes are a check of the whole.
"""

from __future__ import annotations

import re
from functools import cache

from calibrate.errors import ArgumentError, SealError
from calibrate.store.sealing.encoding import digest, same

SECRET_SIZE = 32
LINES = 6
WORDS_A_LINE = 5
_CONSONANTS = "bdfghjklmnprstvwz"
_VOWELS = "aiou"
_LIST_SIZE = 4096
_LINE_BYTES = 6
_CHECK_BYTES = 4
_NOT_ALOUD = """
bobo bozo buba bubi bumi bumu dodo dumu fagi fago fuka fuku gori goru hapa hobo homo jiji juju kaka
kaki kiki kuku lolo lulu mama mofo moro nana nazi nutu papa pipi pisi popo popu pupu puta puti puto
rapa rapi rapu sado sapo sisi suka susu tata titi toto tutu vovo wanu zulu zuzu
"""
_LEFT_OUT = frozenset(_NOT_ALOUD.split())


@cache
def word_list() -> tuple[str, ...]:
    """The 4,096 words, in alphabetical order. The list is part of the format and never changes."""
    syllables = [consonant + vowel for consonant in _CONSONANTS for vowel in _VOWELS]
    made = (first + second for first in syllables for second in syllables)
    return tuple([word for word in made if word not in _LEFT_OUT][:_LIST_SIZE])


@cache
def _positions() -> dict[str, int]:
    return {word: position for position, word in enumerate(word_list())}


def secret_to_lines(secret: bytes) -> tuple[str, ...]:
    """Write 32 bytes as six lines of five words."""
    if len(secret) != SECRET_SIZE:
        raise ArgumentError("A secret to be written as words has 32 bytes.")
    body = secret + _whole_check(secret)
    lines = []
    for line in range(LINES):
        part = body[line * _LINE_BYTES : (line + 1) * _LINE_BYTES]
        number = int.from_bytes(part, "big")
        indices = [(number >> shift) & 0xFFF for shift in (36, 24, 12, 0)]
        lines.append(" ".join(word_list()[i] for i in (*indices, _line_check(line, part))))
    return tuple(lines)


def words_to_secret(text: str) -> bytes:
    """Read the words back, however they were typed: capitals, line numbers, commas and dashes do not matter.

    Raises
    ------
    SealError
        If a word is missing, unknown or wrong; the message names the line.
    """
    words = re.findall(r"[a-z0]+", re.sub(r"\b\d+\b", " ", text.lower()))
    words = [word.replace("0", "o") for word in words]
    for number, word in enumerate(words):
        if word not in _positions():
            line, place = divmod(number, WORDS_A_LINE)
            raise SealError(
                f"Word {place + 1} of line {line + 1} is not one of the recovery words.",
                fix="Compare it with the printed sheet, letter by letter. Every word has four letters.",
            )
    if len(words) != LINES * WORDS_A_LINE:
        raise SealError(
            f"There are {LINES * WORDS_A_LINE} recovery words, in {LINES} lines of {WORDS_A_LINE}; "
            f"{len(words)} were given.",
            fix="Type every line of the printed sheet, in order.",
        )
    body = b"".join(
        _read_line(line, words[line * WORDS_A_LINE : (line + 1) * WORDS_A_LINE])
        for line in range(LINES)
    )
    secret, check = body[:SECRET_SIZE], body[SECRET_SIZE:]
    if not same(check, _whole_check(secret)):
        raise SealError(
            "The recovery words do not belong together.",
            fix="Check that all lines come from the same printed sheet.",
        )
    return secret


def _read_line(line: int, words: list[str]) -> bytes:
    indices = [_positions()[word] for word in words]
    number = 0
    for index in indices[:-1]:
        number = (number << 12) | index
    part = number.to_bytes(_LINE_BYTES, "big")
    if _line_check(line, part) != indices[-1]:
        raise SealError(
            f"Line {line + 1} of the recovery words has a mistake.",
            fix="Compare its five words, and its place, with the printed sheet.",
        )
    return part


def _line_check(line: int, part: bytes) -> int:
    return int.from_bytes(digest("calibrate words line 1", line, part, size=16)[:2], "big") & 0xFFF


def _whole_check(secret: bytes) -> bytes:
    return digest("calibrate words whole 1", secret, size=16)[:_CHECK_BYTES]
