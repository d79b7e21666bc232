"""How far two spellings of a name are from each other."""

from functools import lru_cache

# Answers that a process remembers of each question about names and birthdays. More save a rescan nothing, and stay in
# the memory of every worker.
REMEMBERED = 4096
CODES = str.maketrans("bfpvwcgjkqsxzdtlmnr", "1111122222222334556")
NICKNAMES = (
    "elizabeth eliza elsie beth betty liz lizzie libby", "william will bill billy liam", "robert rob bob bobby robbie",
    "margaret maggie meg peggy greta", "katherine catherine kathryn kate katie kathy cathy", "richard rick dick richie",
    "john jack johnny", "james jim jimmy jamie", "edward ed eddie ted teddy", "henry harry hal", "mary molly polly",
    "charles charlie chuck", "dorothy dot dolly", "alexander alex sandy sasha", "anthony tony", "joseph joe joey",
    "francisco paco pancho", "jose pepe", "ignacio nacho", "guadalupe lupe", "maria mari", "dolores lola",
    "susan sue susie", "sarah sally sadie", "patricia pat patsy trish", "michael mike mick", "theodore theo",
    "giuseppe beppe", "johannes hans", "mohammed muhammad mohamed mohammad muhammed",
)  # fmt: skip
CALLED = {name: number for number, names in enumerate(NICKNAMES) for name in names.split()}


@lru_cache(maxsize=REMEMBERED)
def edits(one: str, other: str) -> int:
    """Letters more, less or other, or two neighbours exchanged, to make one the other; 3 for more than two."""
    if one == other:
        return 0
    if abs(len(one) - len(other)) > 2 or len(set(one) ^ set(other)) > 4:  # a letter exchanged is two of these
        return 3
    begin, end = 0, 0
    least = min(len(one), len(other))
    while begin < least and one[begin] == other[begin]:
        begin += 1
    while end < least - begin and one[-1 - end] == other[-1 - end]:
        end += 1
    one, other = one[begin : len(one) - end], other[begin : len(other) - end]
    if max(len(one), len(other)) == 1 or (len(one) == 2 and one == other[::-1]):
        return 1
    return _counted(one, other)


def _counted(one: str, other: str) -> int:
    """As `edits`, of what is left where both begin and end alike."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, sign in enumerate(one, start=1):
        earlier, before, row = before, row, [at]
        for to, its in enumerate(other, start=1):
            cost = min(row[-1] + 1, before[to] + 1, before[to - 1] + (sign != its))
            if at > 1 and to > 1 and sign == other[to - 2] and one[at - 2] == its:
                cost = min(cost, earlier[to - 2] + 1)
            row.append(cost)
        if min(row) > 2:
            return 3
    return min(3, row[-1])


@lru_cache(maxsize=REMEMBERED)
def skeleton(word: str) -> str:
    """How a name sounds, roughly: its first letter and three of its consonants, as Soundex has them.

    Of a script without such letters the first three signs.
    """
    if not word.isascii():
        return word[:3]
    found, last = word[:1], word[:1].translate(CODES)
    for sign in word[1:]:
        code = sign.translate(CODES)
        if code.isdigit() and code != last:
            found += code
        if sign not in "hw":
            last = code
    return found[:4]


def is_nickname(one: str, other: str) -> bool:
    """Whether the two are forms of one given name: Bob is Robert."""
    called = CALLED.get(one)
    return called is not None and called == CALLED.get(other)
