"""What the codes of a column mean: certain for words, asked about for figures and for what nobody knows."""

from clinic.imports.fields import choice_fields

# Of people's sex and gender; figures mean another thing in every system (ISO/IEC 5218 has 1 for male, REDCap 0 for
# female), so that they are asked about.
KNOWN = {
    "gender": {
        "female": "f female woman girl weiblich frau féminin femme femenino femenina mujer vrouw vrouwelijk femmina "
        "donna feminino mulher kobieta",
        "male": "m male man boy männlich mann masculin homme masculino hombre varón mannelijk maschio uomo homem "
        "mężczyzna",
        "other": "o other x diverse divers nonbinary non-binary",
        "unknown": "u unk unknown unbekannt inconnu desconocido onbekend",
    }
}
YES, NO = ("yes", "y", "true", "t", "1", "x"), ("no", "n", "false", "f", "0", "")
MOST = 40  # codes of a column that are asked about


def meaning_of(name: str, text: str) -> str:
    """The value that a text certainly means, such as "female" for "F"; "" where it is to be asked."""
    simple = " ".join(text.split()).lower()
    for value, label in choice_fields()[name]:
        if simple in (value.lower(), label.lower()):
            return value
    return next((value for value, words in KNOWN.get(name, {}).items() if simple in words.split()), "")
