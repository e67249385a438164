"""The lexical layer of Gambit's file formats: strings, words, braces, and where they stand."""

from __future__ import annotations

import re
from fractions import Fraction

from gtlearn.errors import InputError, quoted
from gtlearn.games.labels import shown
from gtlearn.games.numbers import parse_entry, parse_number

MAX_PLAYERS = 32

# A string ends at a double quote without a backslash before it, or at the end of the text, where
# it is refused; possessive quantifiers keep the scan linear.
_STRING = r'"(?:[^"\\]++|\\"|\\(?!"))*+'
_CLOSED = re.compile(_STRING + '"')
_TOKEN = re.compile(_STRING + r'(?:"|\Z)|[{}]|[^\s{}",]+')


class Tokens:
    """The tokens of a text, read one after another; commas count as spaces.

    Args:
        text: the file's content.
        what: what it is called in error messages (a file's name).
    """

    def __init__(self, text: str, what: str) -> None:
        self.what = what
        self._text = text
        self._items = _TOKEN.findall(text)
        self._next = 0

    @property
    def left(self) -> int:
        """How many tokens have not been read."""
        return len(self._items) - self._next

    def peek(self) -> str:
        """The next token, "" at the end."""
        return self._items[self._next] if self._next < len(self._items) else ""

    def take(self) -> str:
        """Reads one token, "" at the end."""
        token = self.peek()
        self._next += 1
        return token

    def header(self, kind: str, version: str) -> tuple[str, list[str]]:
        """Reads how a file begins, such as "NFG 1 R", then the title and the players' names."""
        if self.take() != kind:
            raise self.error(f"a .{kind.lower()} file starts with {kind}")
        if self.take() != version or self.take() not in ("R", "D"):
            start = f"{kind} {version}"
            raise self.error(f"a .{kind.lower()} file starts with {start} R or {start} D")
        title = self.string("the title")
        players = self.strings("the players' names")
        if not 2 <= len(players) <= MAX_PLAYERS:
            raise self.error(f"{len(players)} player(s) named; give 2 to {MAX_PLAYERS}")
        return title, players

    def expect(self, token: str, purpose: str) -> None:
        """Reads `token`, or fails saying what it was to be there for."""
        taken = self.take()
        if taken != token:
            raise self.error(f"expected {token} {purpose}, found {shown(taken)}")

    def string(self, purpose: str) -> str:
        """Reads a string in double quotes."""
        token = self.take()
        if not token.startswith('"'):
            raise self.error(f"expected {purpose} in double quotes, found {shown(token)}")
        if not _CLOSED.fullmatch(token):
            raise self.error(f"{purpose} has no closing double quote")
        return unquote(token)

    def maybe_string(self, purpose: str) -> str:
        """Reads a string in double quotes, if one is next; "" otherwise."""
        return self.string(purpose) if self.peek().startswith('"') else ""

    def strings(self, purpose: str) -> list[str]:
        """Reads `{ "..." "..." }`."""
        self.expect("{", f"before {purpose}")
        out = []
        while self.peek() not in ("}", ""):
            out.append(self.string(purpose))
        self.expect("}", f"after {purpose}")
        return out

    def integer(self, purpose: str) -> int:
        """Reads a nonnegative integer of at most 18 digits."""
        token = self.take()
        if not (token.isascii() and token.isdigit() and len(token) <= 18):
            raise self.error(f"expected {purpose} (an integer), found {shown(token)}")
        return int(token)

    def number(self, purpose: str) -> Fraction:
        """Reads a number, exactly."""
        token = self.take()
        if token in ("", "{", "}") or token[0] == '"':
            raise self.error(f"expected {purpose} (a number), found {shown(token)}")
        try:
            return parse_number(token)
        except InputError as error:
            raise self.error(str(error)) from None

    def numbers(self, purpose: str) -> list[int | Fraction]:
        """Reads all tokens that are left as numbers."""
        try:
            numbers = list(map(parse_entry, self._items[self._next :]))
            self._next = len(self._items)
            return numbers
        except InputError:
            while True:  # slowly again, to find the place
                self.number(purpose)

    def error(self, message: str) -> InputError:
        """An InputError at the token that was read last."""
        index = min(self._next - 1, len(self._items))
        offset = len(self._text.rstrip())
        for position, match in enumerate(_TOKEN.finditer(self._text)):
            if position == index:
                offset = match.start()
                break
        line = self._text.count("\n", 0, offset) + 1
        column = offset - (self._text.rfind("\n", 0, offset) + 1) + 1
        return InputError(f"{self.what}, line {line}, column {column}: {message}")


def quote(text: str) -> str:
    """A label as a string of Gambit's formats, where only the double quote is escaped.

    Raises:
        InputError: if the label ends with a backslash, which these formats cannot hold.
    """
    if text.endswith("\\"):
        raise InputError(
            f"{quoted(text)} ends with a backslash, which Gambit's formats cannot hold; rename it "
            "or save as .json"
        )
    return '"' + text.replace('"', '\\"') + '"'


def unquote(token: str) -> str:
    """The label that a quoted string holds."""
    return token[1:-1].replace('\\"', '"')
