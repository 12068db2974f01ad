"""The mutation operators: one table. Each takes a Source and yields a mutant's edits for every place it applies to.

An edit is (start, end, text): what replaces text[start:end]. The number of lines never changes, so that places stay what they are."""
import re
from dataclasses import dataclass

from c_source import Source

# What nobody is meant to observe, so that no test should: how much memory is taken. Too little of it is AddressSanitizer's matter
# (make test-asan), too much nobody's. (Such "arid" code is left out as in Petrovic, Ivankovic: State of Mutation Testing at Google, 2018.)
ARID_CALLS = frozenset(["arena_alloc", "arena_take", "sizeof"])

COMPARISONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
LOGIC = {"&&": "||", "||": "&&"}
ARITHMETIC = {
    "+": "-", "-": "+", "*": "/", "/": "*", "%": "*", "<<": ">>", ">>": "<<", "&": "|", "|": "&", "^": "&",
    "++": "--", "--": "++", "+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "%=": "*=", "<<=": ">>=", ">>=": "<<=", "&=": "|=", "|=": "&=", "^=": "&=",
}  # fmt: skip
WITH_ONE_OPERAND_TOO = frozenset("+-*&")
BOOLEANS = {"true": "false", "false": "true"}
JUMPS = {"break": "continue", "continue": "break"}
NUMBER = re.compile(r"(?P<digits>0[xX][0-9a-fA-F]+|[0-9]+|[0-9]*\.[0-9]+|[0-9]+\.?[eE][+-]?[0-9]+)(?P<suffix>[uUlLfF]*)$")
CONSTANT_RESULTS = frozenset(["0", "NULL", "true", "false"])


def replaced(source, index, text):
    token = source.tokens[index]
    return [(token.start, token.end, text)]


def negated(source, first, last):
    start, end = source.tokens[first].start, source.tokens[last].end
    return [(start, start, "!("), (end, end, ")")]


def removed(source, first, last, instead=""):
    """The statement without its semicolon, which stays."""
    start, end = source.tokens[first].start, source.tokens[last].end
    return [(start, end, instead + "\n" * source.text.count("\n", start, end))]


def by_table(table):
    def mutate(source):
        for index, token in enumerate(source.tokens):
            if token.text in table and token.kind in ("mark", "word"):
                if token.text in WITH_ONE_OPERAND_TOO and not source.is_binary(index):
                    continue
                yield index, index, replaced(source, index, table[token.text])

    return mutate


def outermost(source, first, last):
    """The marks between two tokens that are in no bracket of their own."""
    index = first
    while index <= last:
        token = source.tokens[index]
        if token.kind == "mark":
            yield token.text
            if token.text in "([{":
                index = source.pairs[index]
        index += 1


def turns_by_one_token(source, first, last):
    """Whether another operator negates the whole condition already: one == or !=, or one !."""
    marks = [mark for mark in outermost(source, first, last) if mark not in ("(", "[", ".", "->", "{")]
    decisive = [mark for mark in marks if mark in COMPARISONS or mark in LOGIC or mark in ("?", "=")]
    if decisive in (["=="], ["!="]):
        return True
    return not decisive and source.is_at(first, "!")


def condition_before(source, question):
    """Where the condition of the ternary operator at `question` begins."""
    index = question - 1
    while index >= 0:
        token = source.tokens[index]
        if token.text in (")", "]", "}") and token.kind == "mark":
            index = source.pairs[index]
        elif token.text in ("(", "[", "{", ",", ";", "?", ":", "return", "case") or (token.text.endswith("=") and token.text not in COMPARISONS):
            return index + 1
        index -= 1
    return 0


def conditions(source):
    """First and last token of every condition: of if, while, for and ?:."""
    for index, token in enumerate(source.tokens):
        if token.text in ("if", "while") and source.is_at(index + 1, "("):
            yield index + 2, source.pairs[index + 1] - 1
        elif token.text == "for" and source.is_at(index + 1, "("):
            semicolons = []
            inside = index + 2
            while inside < source.pairs[index + 1]:
                if source.tokens[inside].text == ";":
                    semicolons.append(inside)
                inside = source.pairs[inside] + 1 if source.is_at(inside, "(", "[", "{") else inside + 1
            if semicolons[1] > semicolons[0] + 1:
                yield semicolons[0] + 1, semicolons[1] - 1
        elif token.text == "?":
            yield condition_before(source, index), index - 1


def negate(source):
    for first, last in conditions(source):
        if not turns_by_one_token(source, first, last) and not source.is_at(first, "0", "true", "false"):
            yield first, last, negated(source, first, last)


def drop_not(source):
    for index, token in enumerate(source.tokens):
        if token.text == "!":
            yield index, index, replaced(source, index, "")


def constant(source):
    for index, token in enumerate(source.tokens):
        number = NUMBER.match(token.text) if token.kind == "number" else None
        if number is None:
            continue
        digits = number["digits"]
        if digits[:2] in ("0x", "0X"):
            more = f"0x{int(digits, 16) + 1:x}"
        elif digits.isdigit():
            more = str(int(digits, 8 if digits.startswith("0") else 10) + 1)
        else:
            more = repr(float(digits) + 1 if float(digits) + 1 > float(digits) else float(digits) * 2)
        yield index, index, replaced(source, index, more + number["suffix"])


def statements(source):
    """First and last token (the one before the semicolon) of every statement that is an expression."""
    begins = True
    label = False
    index = 0
    while index < len(source.tokens):
        token = source.tokens[index]
        label = token.text in ("case", "default") or (label and token.text != ";")
        if token.text == "for" and source.is_at(index + 1, "("):
            index = source.pairs[index + 1]
            begins = False
        elif begins and source.function[index] != "" and (token.kind == "word" or token.text in ("*", "++", "--", "(")):
            end = index
            while not source.is_at(end, ";", "{", "}") and end + 1 < len(source.tokens):
                end = source.pairs[end] + 1 if source.is_at(end, "(", "[") else end + 1
            # a compound literal belongs to the statement: x = (struct y){…};
            while source.is_at(end, "{") and source.is_at(end - 1, ")", "=") and token.text not in ("if", "while", "switch", "else", "do"):
                end = source.pairs[end] + 1
                while not source.is_at(end, ";", "{", "}") and end + 1 < len(source.tokens):
                    end = source.pairs[end] + 1 if source.is_at(end, "(", "[") else end + 1
            if source.is_at(end, ";"):
                yield index, end - 1
        if token.kind == "mark":
            begins = token.text in (";", "{", "}") or (token.text == ":" and label) or (token.text == ")" and source.is_at(source.pairs[index] - 1, "if", "while"))
        else:
            begins = token.text == "else"
        index += 1


def call(source):
    for first, last in statements(source):
        called = first
        if source.is_at(first, "(") and source.is_at(first + 1, "void"):
            called = source.pairs[first] + 1
        if source.is_word(called) and not source.is_at(called, "return", "if", "while", "switch", "va_start", "va_end", "assert", "sizeof"):
            if source.is_at(called + 1, "(") and source.pairs[called + 1] == last and called < last - 1:
                yield first, last, removed(source, first, last, "(void)0")


ASSIGNMENTS = frozenset(["=", "+=", "-=", "*=", "/=", "%=", "<<=", ">>=", "&=", "|=", "^="])


def assignment(source):
    for first, last in statements(source):
        if declares(source, first):
            continue
        marks = list(outermost(source, first, last))
        if any(mark in ASSIGNMENTS for mark in marks) or "++" in marks or "--" in marks:
            yield first, last, removed(source, first, last, "(void)0")


def declares(source, first):
    """Whether the statement is a declaration: two words in a row, or a word and a star and a word at its beginning."""
    if source.tokens[first].text in ("(", "*", "++", "--"):
        return False
    return source.is_word(first + 1) or (source.is_at(first + 1, "*") and source.is_word(first + 2)) or source.is_at(first, "return", "goto", "struct", "const", "static", "enum")


def swallow(source):
    """What a call throws is let go."""
    for first, last in statements(source):
        if source.is_at(first, "TRY") and source.is_at(first + 1, "(") and source.pairs[first + 1] == last:
            yield first, first, replaced(source, first, "(void)")


def returned(source):
    for first, last in statements(source):
        if not source.is_at(first, "return") or last == first:
            continue
        returns = source.returns.get(source.function[first], "").split()
        if source.span(first + 1, last) in CONSTANT_RESULTS or last == first + 1 and source.tokens[last].kind == "number":
            continue
        if "bool" in returns and "*" not in " ".join(returns):
            if not turns_by_one_token(source, first + 1, last):
                yield first + 1, last, negated(source, first + 1, last)
        else:
            yield first + 1, last, removed(source, first + 1, last, "0")


@dataclass(frozen=True)
class Operator:
    name: str
    what: str
    example: str  # before → after
    places: object  # Source → (first token, last token, edits) …


OPERATORS = [
    Operator("negate", "a condition of if, while, for or ?: is negated", "if (a && b) → if (!(a && b))", negate),
    Operator("compare", "a comparison takes in or leaves out the bound, or is turned", "a < b → a <= b", by_table(COMPARISONS)),
    Operator("logic", "and becomes or, or becomes and", "a && b → a || b", by_table(LOGIC)),
    Operator("not", "a negation is dropped", "!a → a", drop_not),
    Operator("constant", "a number is one more", "60 * 1000 → 61 * 1000", constant),
    Operator("boolean", "true becomes false, false becomes true", "f(x, true) → f(x, false)", by_table(BOOLEANS)),
    Operator("arithmetic", "an arithmetic or bit operator becomes its counterpart", "a + b → a - b", by_table(ARITHMETIC)),
    Operator("call", "a call whose result nobody takes is removed", "stop(x); → ;", call),
    Operator("swallow", "an error is not passed on", "TRY(stop(x)); → stop(x);", swallow),
    Operator("assign", "an assignment is removed", "found = true; → ;", assignment),
    Operator("return", "what is returned is negated, or is 0", "return a < b || c; → return !(a < b || c);", returned),
    Operator("jump", "break becomes continue, continue becomes break", "continue; → break;", by_table(JUMPS)),
]


def is_arid(source, index):
    """Whether the token is in the arguments of a call of ARID_CALLS, or in the size of an array that is declared."""
    while index >= 0:
        token = source.tokens[index]
        if token.kind == "mark" and token.text in (")", "]", "}"):
            index = source.pairs[index]
        elif token.text == "(" and index > 0 and source.tokens[index - 1].text in ARID_CALLS:
            return True
        elif token.text == "[" and source.is_word(index - 1) and (source.is_word(index - 2) or source.is_at(index - 2, "*")):
            return not source.is_at(index - 2, "return", "case")
        elif token.text in (";", "{"):
            return False
        index -= 1
    return False


def applied(text, edits):
    """The mutated text."""
    for start, end, instead in sorted(edits, reverse=True):
        text = text[:start] + instead + text[end:]
    return text


def places(source: Source):
    """(operator's name, first token, last token, edits) of every mutant of a file, in the order of its text."""
    found = []
    for operator in OPERATORS:
        for first, last, edits in operator.places(source):
            if not is_arid(source, first - 1):
                found.append((source.tokens[first].start, operator.name, first, last, edits))
    found.sort(key=lambda place: place[:2])
    return [place[1:] for place in found]
