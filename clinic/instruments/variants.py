"""Wordings of one instrument for several countries: which one a clinic is proposed, and for whom the others are."""

from collections.abc import Iterable
from dataclasses import dataclass

from clinic.instruments.definitions import AssessmentType, Definition
from clinic.text.countries import COUNTRIES


@dataclass(frozen=True)
class Offer:
    """An instrument to choose. `meant_for` says for which countries it is, where another wording is proposed."""

    definition: Definition
    meant_for: str = ""

    @property
    def label(self) -> str:
        return f"{self.definition.title} (for {self.meant_for})" if self.meant_for else self.definition.title


def offers(definitions: Iterable[Definition], country: str) -> list[Offer]:
    """The instruments in their order, wordings of one together and the one that is proposed in the country first."""
    families: dict[str, list[Definition]] = {}
    for definition in definitions:
        families.setdefault(definition.variant_of or definition.id, []).append(definition)
    return [offer for family in families.values() for offer in _family(family, country)]


def _family(family: list[Definition], country: str) -> list[Offer]:
    proposed = _proposed(family, country)
    others = [each for each in family if each is not proposed]
    return [Offer(proposed), *(Offer(each, made_for(each) or "other countries") for each in others)]


def _proposed(family: list[Definition], country: str) -> Definition:
    """The wording for the country; else the one that names none; else the first."""
    own = [each for each in family if country in each.countries]
    general = [each for each in family if not each.countries]
    return [*own, *general, *family][0]


def made_for(definition: Definition) -> str:
    """The names of the countries that the wording is for; empty if it names none."""
    return ", ".join(COUNTRIES[code] for code in definition.countries)


def by_type(offered: Iterable[Offer]) -> list[tuple[str, list[Offer]]]:
    """The offers under the label of their type, in the order in which types are declared."""
    found: dict[str, list[Offer]] = {type.value: [] for type in AssessmentType}
    for offer in offered:
        found[offer.definition.type].append(offer)
    return [(AssessmentType(type).label, inside) for type, inside in found.items() if inside]
