"""Read the formula of a total as a weighted sum of items: (%a + (3 - %b)) * 4 is 4a - 4b + 12.

FHIRPath can say much more. Whatever is not such a sum raises NotLinear, and is never guessed.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

LONGEST, DEEPEST = 4000, 40
TOKEN = re.compile(
    r"\s*(?:(?P<number>\d{1,6}(?:\.\d{1,6})?)|(?P<sign>[-+*/()])"
    r"|(?P<name>%[A-Za-z_][\w-]*(?:\.\w+(?:\((?:[^()'\"]|'[^']*'|\"[^\"]*\"|\([^()]*\))*\))?)*))"
)
STEP = r"(?:item|descendants\(\)|repeat\(item\))"
WHERE = r"\.where\(\s*linkId\s*=\s*['\"](?P<{0}>[^'\"]+)['\"]\s*\)"
VALUE = (
    r"\.value(?:Coding|Integer)?(?:\.(?P<points>(?:ordinal|weight)\(\))"
    r"|\.extension(?:\(|\.where\(\s*url\s*=)\s*"
    r"['\"]http://hl7\.org/fhir/StructureDefinition/(?:ordinalValue|itemWeight)['\"]\s*\)"
    r"\.value(?:Decimal)?)?"
)
ANSWER = re.compile(
    rf"%(?:resource|questionnaireResponse)(?:\.{STEP}(?:{WHERE.format('outer')})?)*?"
    rf"\.{STEP}{WHERE.format('link')}\.answer(?:\.first\(\))?{VALUE}"
)
# The points of the option of %questionnaire that has the code of the answer in %resource.
POINTS = r"['\"]http://hl7\.org/fhir/StructureDefinition/(?:ordinalValue|itemWeight)['\"]"
LOOKED_UP = re.compile(
    rf"%questionnaire(?:\.item)+{WHERE.format('link')}\.answerOption\.where\(\s*valueCoding\.code\s*=\s*"
    r"%resource(?:\.item)+\.where\(\s*linkId\s*=\s*['\"](?P=link)['\"]\s*\)\.answer\.valueCoding\.code\s*\)"
    rf"\.extension\.where\(\s*url\s*=\s*{POINTS}\s*\)\.valueDecimal"
)
WHOLE = re.compile(
    rf"(?:%(?:resource|questionnaireResponse)\.(?:descendants\(\)|repeat\(item\))\.answer{VALUE}\.sum\(\)"
    r"|(?:%(?:resource|questionnaireResponse)\.(?:descendants\(\)|repeat\(item\))\.answer|answers\(\))"
    r"\.sum\(\s*value(?:Coding)?\.(?:ordinal|weight)\(\)\s*\))"
)


class NotLinear(Exception):
    """The formula is not a weighted sum of items."""


@dataclass(frozen=True)
class Linear:
    """A sum of items, by linkId, each times its factor, and a constant."""

    factors: Mapping[str, Fraction] = field(default_factory=dict)
    constant: Fraction = Fraction(0)

    def plus(self, other: "Linear", sign: int = 1) -> "Linear":
        factors = dict(self.factors)
        for link, factor in other.factors.items():
            factors[link] = factors.get(link, Fraction(0)) + sign * factor
        return Linear(factors, self.constant + sign * other.constant)

    def times(self, other: "Linear") -> "Linear":
        if self.factors and other.factors:
            raise NotLinear
        number, rest = (other.constant, self) if not other.factors else (self.constant, other)
        return Linear({link: factor * number for link, factor in rest.factors.items()}, rest.constant * number)

    def divided(self, other: "Linear") -> "Linear":
        if other.factors or not other.constant:
            raise NotLinear
        return self.times(Linear(constant=1 / other.constant))


# iif(%a.exists(), %a, 0), and the same of all items: what counts while some have no answer, which scores nothing here.
NAMED, QUOTED = re.compile(r"%[A-Za-z_]\w*"), re.compile(r"'[^']*'|\"[^\"]*\"")
NAME = r"%[\w-]+(?:\.\w+(?:\([^()]*\))?)*?"
COUNTED = re.compile(rf"iif\(\s*(?P<name>{NAME})\.exists\(\)\s*,\s*(?P=name)\s*,\s*0\s*\)")
EXIST = re.compile(rf"{NAME}\.exists\(\)(?:\s+(?:and|or)\s+{NAME}\.exists\(\))*")
IF_ANSWERED = re.compile(r"iif\((?P<condition>[^,]*),(?P<sum>.*),\s*(?:\{\s*\}|null)\s*\)", re.DOTALL)


def linear(expression: str, variables: Mapping[str, str], scored: Mapping[str, str]) -> Linear:
    """Read a formula; raises NotLinear.

    `scored` are the linkIds of the items with points, and what has them: a coding, or an integer.
    """
    if WHOLE.fullmatch("".join(expression.split())):
        return Linear(dict.fromkeys(scored, Fraction(1)))
    if len(expression) > LONGEST:
        raise NotLinear
    return _Parser(_of_all_answers(expression.strip(), variables), variables, scored).read()


def _of_all_answers(expression: str, variables: Mapping[str, str]) -> str:
    """The formula as it counts where every item has an answer."""
    found = IF_ANSWERED.fullmatch(expression)
    if found is not None:
        condition = found["condition"].strip()
        if EXIST.fullmatch(variables.get(condition.removeprefix("%"), condition).strip()):
            expression = found["sum"].strip()
    return COUNTED.sub(lambda counted: counted["name"], expression)


class _Parser:
    """Reads sums, products and parentheses by recursive descent."""

    def __init__(self, expression: str, variables: Mapping[str, str], scored: Mapping[str, str]) -> None:
        self.tokens = _tokens(expression.replace("\N{MINUS SIGN}", "-"))
        self.variables, self.scored, self.depth = variables, scored, 0

    def read(self) -> Linear:
        found = self._sum()
        if self.tokens:
            raise NotLinear
        return found

    def _next(self, *signs: str) -> str:
        return self.tokens.pop(0) if self.tokens and self.tokens[0] in signs else ""

    def _sum(self) -> Linear:
        found = self._product()
        while sign := self._next("+", "-"):
            found = found.plus(self._product(), 1 if sign == "+" else -1)
        return found

    def _product(self) -> Linear:
        found = self._factor()
        while sign := self._next("*", "/"):
            step: Callable[[Linear], Linear] = found.times if sign == "*" else found.divided
            found = step(self._factor())
        return found

    def _factor(self) -> Linear:
        self.depth += 1
        if not self.tokens or self.depth > DEEPEST:
            raise NotLinear
        if self._next("("):
            found = self._sum()
            if not self._next(")"):
                raise NotLinear
        elif self._next("-"):
            found = Linear().plus(self._factor(), -1)
        else:
            found = self._term(self.tokens.pop(0))
        self.depth -= 1
        return found

    def _term(self, token: str) -> Linear:
        if token[0].isdecimal():
            return Linear(constant=Fraction(token))
        path = self.variables.get(token[1:], token).strip()
        path = NAMED.sub(lambda named: self._literal(named[0]), path)
        answer = ANSWER.fullmatch(path) or LOOKED_UP.fullmatch(path)
        is_whole_number = re.search(r"\.value(?:Coding|Integer)?$", path) is not None
        if answer is None or self.scored.get(answer["link"]) != ("integer" if is_whole_number else "coding"):
            raise NotLinear
        return Linear({answer["link"]: Fraction(1)})

    def _literal(self, name: str) -> str:
        """The text that a variable stands for, in its quotation marks; the name itself if it stands for more."""
        value = self.variables.get(name[1:], "").strip()
        return value if QUOTED.fullmatch(value) else name


def _tokens(expression: str) -> list[str]:
    found, at = [], 0
    expression = expression.strip()
    while at < len(expression):
        token = TOKEN.match(expression, at)
        if token is None:
            raise NotLinear
        found.append(token[0].strip())
        at = token.end()
    return found
