"""The text form of protocol buffers, as far as test suites write it: fields, messages, strings.

A message is a list of (name, value); a value is a message, a str (number or word), or bytes (a
string, whose escapes are undone)."""

import re

TOKEN = re.compile(rb"""\s+|\#[^\n]*
    |(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<any>\[[A-Za-z0-9_./]+\])
    |(?P<word>[-+]?[A-Za-z0-9_.][-+A-Za-z0-9_.]*)
    |(?P<mark>[][{}<>:;,-])""", re.VERBOSE)
ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})"
                    rb"|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))")
NAMED = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


def unescape(match):
    octal, hexadecimal, short, long, char = match.groups()
    if octal:
        return bytes([int(octal, 8) & 255])
    if hexadecimal:
        return bytes([int(hexadecimal, 16)])
    if short or long:
        return chr(int(short or long, 16)).encode()
    return NAMED.get(char, char)


def tokens(text):
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            raise ValueError(f"unexpected {text[at:at + 20]!r}")
        at = match.end()
        if match.lastgroup:
            yield match.lastgroup, match.group()
    yield "end", b""


class Parser:
    def __init__(self, text):
        self.tokens = list(tokens(text))
        self.at = 0

    def peek(self):
        return self.tokens[self.at]

    def take(self):
        token = self.tokens[self.at]
        self.at += 1
        return token

    def skip(self, marks):
        if self.peek()[0] == "mark" and self.peek()[1] in marks:
            self.at += 1
            return True
        return False

    def message(self, end):
        fields = []
        while self.peek() != end:
            name = self.take()[1].decode()
            self.skip((b":",))
            if self.skip((b"[",)):
                while not self.skip((b"]",)):
                    fields.append((name, self.value()))
                    self.skip((b",",))
            else:
                fields.append((name, self.value()))
            self.skip((b",", b";"))
        self.take()
        return fields

    def value(self):
        kind, text = self.take()
        if kind == "mark" and text == b"{":
            return self.message(("mark", b"}"))
        if kind == "string":
            whole = ESCAPE.sub(unescape, text[1:-1])
            while self.peek()[0] == "string":
                whole += ESCAPE.sub(unescape, self.take()[1][1:-1])
            return whole
        if kind == "word":
            return text.decode()
        raise ValueError(f"unexpected {text!r}")


def parse(text):
    return Parser(text).message(("end", b""))


def first(message, name, default=None):
    return next((value for key, value in message if key == name), default)


def every(message, name):
    return [value for key, value in message if key == name]
