"""The frozen table of the matcher: how much each level of each field says, in bits.

A weight is log2(m/u): how often the level is seen of one person registered twice, against how often of two people. The
two people are strangers (first figure) or relatives of one household (second figure), who share surname, telephone and
address: against a relative these say nothing, and the given name and the date of birth decide.

Where the figures come from: `bench/matching.py weights` counts them over households of seed 11 (tests/matching), and
over FEBRL's third set; neither is used to judge the result. Of the two the more careful figure is taken and rounded to
half a bit; nothing is trusted beyond 15 bits, and nothing that people share beyond 12. By judgement are `number` (a
number is given once), another `sex` (of a hundred records one has a wrong one) and `nickname`. Where the family name is
another one, `renamed` are women and who may be one, who marry; `other` are two men. `email`, and `clinical` of another
sex for clinical use, are of the households alone: FEBRL has neither. Names are not weighed by how common they are: the
table would have to know the names of every country, and one that it lacks would count as rare.
"""

Pair = tuple[float, float]

WEIGHTS: dict[str, dict[str, Pair]] = {
    "given": {
        "whole": (11, 7.5), "same": (8, 6.5), "near": (7, 6), "swapped": (7.5, 6), "nickname": (3.5, 3),
        "initial": (3.5, 2.5), "part": (1.5, 1), "like": (0, -1.5), "other": (-4.5, -6),
    },
    "family": {
        "whole": (10, 0), "same": (8, 0), "near": (7.5, 2.5), "swapped": (7.5, 5.5), "part": (2, 0.5), "like": (2, 0.5),
        "renamed": (-2.5, -0.5), "other": (-5, -3),
    },
    "birth": {
        "same": (15, 6.5), "swapped": (9, 6.5), "digit": (4.5, 4), "year": (6, 4.5), "parts": (0.5, 0.5),
        "other": (-6.5, -7),
    },
    "sex": {"same": (1, 1), "other": (-6, -6), "clinical": (-4, -4)},
    "phone": {"same": (12, 1.5), "near": (6, 2), "other": (-2, -1.5)},
    "email": {"same": (12, 0.5), "near": (6, 2), "other": (-2, -1)},
    "address": {"same": (12, -0.5), "near": (4, 1), "other": (-2, 2.5)},
    "number": {"same": (15, 15), "near": (8, 8)},
}  # fmt: skip
# Before anything is compared: of so many pairs one is a person registered twice, in a clinic of some 200,000 patients.
PRIOR: Pair = (-19, -3.5)
# In bits, of the smaller of the two sums.
CERTAIN, PROBABLE, POSSIBLE = 8.0, 1.0, -2.0
