"""A C source as tokens, with what mutation needs to know about each: the function it is in, brackets, types."""
import bisect
import re
from dataclasses import dataclass

TOKEN = re.compile(
    r"""
    (?P<space>\s+|//[^\n]*|/\*.*?\*/)
  | (?P<string>(?:u8|[LuU])?"(?:\\.|[^"\\\n])*")
  | (?P<char>[LuU]?'(?:\\.|[^'\\\n])+')
  | (?P<number>\.?[0-9](?:[eEpP][+-]|[\w.])*)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<mark>\.\.\.|<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
DIRECTIVE = re.compile(r"[ \t]*#(?:\\\n|/\*.*?\*/|[^\n])*", re.DOTALL)
OPENS = {"(": ")", "[": "]", "{": "}"}
TYPE_WORDS = frozenset(
    "void char short int long float double signed unsigned const volatile static extern inline struct union enum bool size_t FILE".split()
)
KEYWORDS = TYPE_WORDS | frozenset("if else while for do switch case default return break continue goto sizeof typedef".split())


@dataclass(frozen=True)
class Token:
    kind: str  # string, char, number, word or mark
    text: str
    start: int
    end: int


class SourceError(Exception):
    """The text is no C that this tokenizer can read."""


def tokens_of(text):
    """The tokens of a C text; white space, comments, preprocessor lines and static assertions are left out."""
    tokens = []
    at = 0
    line_begins = True
    while at < len(text):
        directive = line_begins and DIRECTIVE.match(text, at)
        if directive:
            at = directive.end()
            continue
        match = TOKEN.match(text, at)
        if match.lastgroup == "space":
            line_begins = "\n" in match[0] or line_begins
        else:
            if match[0] in "\"'":
                raise SourceError(f"line {text.count(chr(10), 0, at) + 1}: unterminated literal")
            line_begins = False
            tokens.append(Token(match.lastgroup, match[0], match.start(), match.end()))
        at = match.end()
    return without_static_assertions(tokens)


def without_static_assertions(tokens):
    kept = []
    at = 0
    while at < len(tokens):
        if tokens[at].text in ("_Static_assert", "static_assert"):
            while tokens[at].text != ";":
                at += 1
        else:
            kept.append(tokens[at])
        at += 1
    return kept


class Source:
    """One file: its tokens, pairs of brackets, and functions.

    pairs[i] is where the bracket at i closes or opens; function[i] is the name of the function that token i is in, or "" outside;
    returns[name] is the text of a function's return type; depth[i] is how many braces are open before token i."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.tokens = tokens_of(text)
        self.line_starts = [0] + [match.end() for match in re.finditer("\n", text)]
        self.pairs = self._pair_brackets()
        self.function = [""] * len(self.tokens)
        self.returns = {}
        self._find_functions()

    def place(self, offset):
        """Line and column, both from 1, of an offset."""
        line = bisect.bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def is_at(self, index, *texts):
        return 0 <= index < len(self.tokens) and self.tokens[index].text in texts

    def is_word(self, index):
        return 0 <= index < len(self.tokens) and self.tokens[index].kind == "word"

    def span(self, first, last):
        """The text from token `first` to token `last`, both included."""
        return self.text[self.tokens[first].start : self.tokens[last].end]

    def is_type(self, first, last):
        """Whether the tokens in between look like a type: `const struct value *`, `uint32_t`."""
        words = [token.text for token in self.tokens[first : last + 1]]
        return bool(words) and any(word in TYPE_WORDS or word.endswith("_t") for word in words)

    def is_binary(self, index):
        """Whether an operator that C also has with one operand (`*`, `&`, `-`, `+`) stands between two operands here."""
        before = self.tokens[index - 1] if index > 0 else None
        if before is None or before.text in KEYWORDS or before.text.endswith("_t"):
            return False
        if before.text == ")":
            opening = self.pairs[index - 1]
            is_cast = self.is_type(opening + 1, index - 2) and not self.is_at(opening - 1, "sizeof") and not self.is_word(opening - 1)
            return not is_cast
        if before.kind == "word":
            return not self.is_at(index - 2, "struct", "union", "enum")  # struct error *error
        return before.kind in ("number", "char") or before.text in ("]", "++", "--")

    def _pair_brackets(self):
        pairs = {}
        open_at = []
        for index, token in enumerate(self.tokens):
            if token.kind != "mark":
                continue
            if token.text in OPENS:
                open_at.append(index)
            elif token.text in OPENS.values():
                if not open_at or OPENS[self.tokens[open_at[-1]].text] != token.text:
                    raise SourceError(f"{self.path}:{self.place(token.start)[0]}: unmatched {token.text}")
                pairs[index] = open_at.pop()
                pairs[pairs[index]] = index
        if open_at:
            raise SourceError(f"{self.path}:{self.place(self.tokens[open_at[-1]].start)[0]}: unmatched {self.tokens[open_at[-1]].text}")
        return pairs

    def _find_functions(self):
        index = 0
        begin = 0  # of the declaration
        while index < len(self.tokens):
            token = self.tokens[index]
            if token.text == "{" and self.is_at(index - 1, ")") and self.is_word(self.pairs[index - 1] - 1):
                name_at = self.pairs[index - 1] - 1
                name = self.tokens[name_at].text
                self.returns[name] = self.span(begin, name_at - 1) if name_at > begin else ""
                for inside in range(name_at, self.pairs[index] + 1):
                    self.function[inside] = name
                index = self.pairs[index]
                begin = index + 1
            elif token.text == "{":
                index = self.pairs[index]
            elif token.text == ";":
                begin = index + 1
            index += 1
