"""What columns are called, and which field that proposes: data, with where each name is from.

A heading proposes a field where it is one of these without capitals, spaces and signs. Nothing is taken for a field
without somebody seeing it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from clinic.imports.fields import IGNORED, JOINED, targets
from clinic.imports.models import ColumnMemory
from clinic.text.dates import without_accents

SIGNS = re.compile(r"[\W_]+")
# Of our own lists as files (clinic/patients/tables.py), but for what is called as the form calls it.
OWN = {
    "full_name": "Name",
    "record_number": "Record",
    "tags": "Tags, Labels",
    "identifiers": "Identifiers, Other identifiers",
    "date_of_birth": "Born",
    "phone_number": "Phone",
    "user": "Practitioner",
    IGNORED: "Born ISO, Born precision, Gender code, Status code, Sex for clinical use code, Language code, "
    "Best reached code, Age, Latest result, Instrument, Score, Band, Severity, Change, "
    "Result date, Assessed, Next due, Registered, What is wrong",
}
# Columns of the patient search of OpenMRS's reference application and of its patient import
# (wiki.openmrs.org; columns of its tables person_name, person, person_address, patient_identifier).
OPENMRS = {
    "record_number": "Identifier, OpenMRS ID, Patient Identifier",
    "given_name": "Given Name",
    "middle_name": "Middle Name",
    "family_name": "Family Name",
    "gender": "Gender",
    "date_of_birth": "Birthdate",
    "date_is_estimated": "Birthdate Estimated",
    "address": "Address1, Address2, City Village, County District, State Province, Postal Code, Country",
    "phone_number": "Telephone Number, Phone Number",
}
# The table patient_data of OpenEMR (github.com/openemr/openemr, sql/database.sql).
OPENEMR = {
    "record_number": "pubpid",
    "given_name": "fname",
    "middle_name": "mname",
    "family_name": "lname",
    "name_suffix": "suffix",
    "preferred_name": "preferred_name",
    "gender": "sex",
    "date_of_birth": "DOB",
    "address": "street, street_line_2, city, state, postal_code, country_code",
    "phone_number": "phone_cell",
    "second_phone_number": "phone_home",
}
# The demographics form of REDCap's library of instruments (projectredcap.org, "Demographics").
REDCAP = {
    "record_number": "record_id, study_id",
    "given_name": "first_name",
    "family_name": "last_name",
    "gender": "sex, gender",
    "date_of_birth": "dob, date_of_birth",
    "address": "address, address_1, address_2, zip",
    "phone_number": "telephone, telephone_1, phone",
    "second_phone_number": "telephone_2, phone_2",
}
# The file patients.csv of Synthea (github.com/synthetichealth/synthea, wiki "CSV File Data Dictionary").
SYNTHEA = {
    "given_name": "FIRST",
    "middle_name": "MIDDLE",
    "family_name": "LAST",
    "name_suffix": "SUFFIX",
    "gender": "GENDER",
    "date_of_birth": "BIRTHDATE",
    "address": "ADDRESS, CITY, STATE, ZIP",
}
# What people write by themselves.
USUAL = {
    "full_name": "Full name, Patient, Patient name, Name of patient",
    "given_name": "First name, Forename, Forenames, Given names, First names",
    "middle_name": "Middle name, Middle names",
    "family_name": "Surname, Last name, Family name",
    "preferred_name": "Known as, Preferred name, Nickname",
    "other_names": "Maiden name, Former name, Alias, Also known as",
    "gender": "Gender, Sex",
    "language": "Preferred language",
    "next_of_kin": "Next of kin, Emergency contact, Carer",
    "email": "Mail, E-mail address",
    "date_of_birth": "Date of birth, Birth date, Birthday, D.O.B.",
    "phone_number": "Telephone, Tel, Mobile, Mobile phone, Cell phone, Phone number",
    "second_phone_number": "Home phone, Second phone, Second phone number, Other phone",
    "address": "Address, Street, Town, City, Postcode, Post code, Zip code, County, Country",
    "record_number": "Record number, Patient number, Patient id, Chart number, MRN",
    "user": "Practitioner, Doctor, Clinician, Provider, Responsible practitioner",
}
# What people write by themselves in German, French, Spanish, Italian, Dutch and Portuguese, in this order; accents may
# be missing. Of a word that means one thing here and another there, such as "Nome", none is taken.
TRANSLATED = {
    "full_name": "Patient/in, Vollständiger Name, Name des Patienten, Nom complet, Nom du patient, Nombre completo, "
    "Nombre y apellidos, Nome completo, Volledige naam, Naam patiënt, Nom, Naam, Nombre, Nome",
    "given_name": "Vorname, Vornamen, Rufname, Prénom, Prénoms, Nombres, Nombre de pila, Voornaam, Voornamen, "
    "Primeiro nome",
    "family_name": "Nachname, Familienname, Zuname, Nom de famille, Apellido, Apellidos, Cognome, Achternaam, "
    "Familienaam, Apelido, Sobrenome",
    "other_names": "Geburtsname, Mädchenname, Nom de naissance, Nom de jeune fille, Apellido de soltera, "
    "Cognome da nubile, Meisjesnaam, Geboortenaam, Nome de solteira",
    "gender": "Geschlecht, Sexe, Genre, Sexo, Género, Sesso, Genere, Geslacht",
    "language": "Sprache, Muttersprache, Langue, Idioma, Lengua, Lingua, Taal, Língua",
    "email": "E-Mail-Adresse, Courriel, Adresse e-mail, Correo, Correo electrónico, E-mailadres, Correio eletrónico",
    "date_of_birth": "Geburtsdatum, Geb.-Datum, Geboren am, Date de naissance, Né le, Née le, Fecha de nacimiento, "
    "Data di nascita, Geboortedatum, Data de nascimento",
    "phone_number": "Telefon, Telefonnummer, Handy, Mobiltelefon, Téléphone, Téléphone portable, Teléfono, Móvil, "
    "Telefono, Cellulare, Telefoon, Telefoonnummer, Mobiel, Telefone, Telemóvel, Celular",
    "address": "Adresse, Anschrift, Straße, PLZ, Postleitzahl, Ort, Wohnort, Rue, Code postal, Ville, Dirección, "
    "Calle, Código postal, Ciudad, Indirizzo, Via, CAP, Città, Adres, Straat, Woonplaats, Endereço, Rua, Cidade, "
    "Land, Pays",
    "record_number": "Patientennummer, Patienten-Nr, Aktenzeichen, Numéro de dossier, Número de historia, "
    "Número de expediente, Numero cartella, Patiëntnummer, Número do processo",
    "user": "Behandler, Behandlerin, Arzt, Ärztin, Médecin, Médico, Médica, Medico, Behandelaar",
}
SOURCES = {
    "own": OWN, "OpenMRS": OPENMRS, "OpenEMR": OPENEMR, "REDCap": REDCAP, "Synthea": SYNTHEA, "usual": USUAL,
    "other languages": TRANSLATED,
}  # fmt: skip
# Alone a full name; a family name beside a given name ("Name, Vorname"), a given name beside a family name.
BESIDE = {"given_name": ("family_name", {"name", "nom", "naam"}), "family_name": ("given_name", {"nombre", "nome"})}


def key_of(heading: str) -> str:
    """A heading without what people write differently: "Birth_Date" is "birthdate", "Prénom" is "prenom"."""
    return without_accents(SIGNS.sub("", heading)).replace("ß", "ss")


def known_headings() -> dict[str, str]:
    """Which field each known heading proposes: as the form calls it, as others do, as it is called in code."""
    found = {key_of(target.label): target.name for target in targets()}
    known = {target.name for target in targets()} | {IGNORED}
    for source in SOURCES.values():
        for name, headings in source.items():
            for heading in headings.split(", ") if name in known else ():
                found.setdefault(key_of(heading), name)
    for target in targets():
        found.setdefault(key_of(target.name), target.name)
    return found


def proposed(headings: Sequence[str]) -> dict[str, str]:
    """The field that each heading proposes, the clinic's own choices first; "" where nothing does.

    A field is proposed once, but for one that several columns make.
    """
    known, remembered = known_headings(), remembered_targets(headings)
    found: dict[str, str] = {}
    for heading in headings:
        target = remembered.get(heading) or known.get(key_of(heading), "")
        taken = target in found.values() and target not in (*JOINED, IGNORED)
        found[heading] = "" if taken else target
    for other, (target, words) in BESIDE.items():
        for heading in headings:
            if found[heading] == "full_name" and heading not in remembered and key_of(heading) in words:
                parts = set(found.values())
                found[heading] = target if other in parts and target not in parts else "full_name"
    return found


def remembered_targets(headings: Iterable[str]) -> dict[str, str]:
    """What the clinic took columns of these headings for; of a field that is no more nothing."""
    known = {target.name for target in targets()} | {IGNORED}
    rows = ColumnMemory.objects.filter(heading__in=list(headings)).values_list("heading", "target")
    return {heading: target for heading, target in rows if target in known}


def remember_targets(chosen: Mapping[str, str]) -> None:
    rows = [ColumnMemory(heading=heading, target=target) for heading, target in chosen.items() if target]
    ColumnMemory.objects.bulk_create(rows, update_conflicts=True, unique_fields=("heading",), update_fields=("target",))
