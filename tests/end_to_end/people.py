# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Two hundred people who do not exist, as an office would type them, and as the tax
office knows them. Always the same ones. The codes of communes are real, and written
here by hand: they are not read from the add-on's list.
"""

from typing import NamedTuple

COUNT = 200
#: The last ones have something wrong each.
WRONG_FROM = 176

# birth name typed, the same on the birth certificate, usage name typed
NAMES = (
    ("Durand", "Durand", ""),
    ("  Le Gall ", "Le Gall", ""),
    ("d\u2019Œuvre", "d'Oeuvre", "Martin"),
    ("Lefèvre\u2011Martin", "Lefèvre-Martin", ""),
    ("de La  Tour d\u2019Auvergne", "de La Tour d'Auvergne", ""),
    ("O\u2018NEIL", "O'Neil", "Petit"),
    ("N'Guyen", "N'Guyen", ""),
    ("Müller", "Müller", "Müller-Durand"),
    ("Saint\u2013Just", "Saint-Just", ""),
    ("Ça", "Ça", ""),
    ("Da Silva Ferreira", "Da Silva Ferreira", "Le Goff"),
    ("Ben Saïd", "Ben Saïd", ""),
    ("L'Hermitte", "L'Hermitte", ""),
)
# first names typed, and on the birth certificate
FIRST_NAMES = (
    ("Jeanne Marie", "Jeanne Marie"),
    ("Jean - Pierre, Éric", "Jean-Pierre Éric"),
    ("Marie\u2011Claude  Yvonne", "Marie-Claude Yvonne"),
    ("Anne;Zoé ; Lou", "Anne Zoé Lou"),
    ("Derc\u2019hen Alan", "Derc'hen Alan"),
    ("PAUL ÉMILE", "Paul Émile"),
    ("Lætitia Sœur", "Laetitia Soeur"),
    ("Mohamed El-Amine", "Mohamed El-Amine"),
    ("François  Xavier", "François Xavier"),
    ("Maëlys Inès", "Maëlys Inès"),
    ("Noël André Yves", "Noël André Yves"),
)
# year of birth, what the office types to find the place, and where the tax office knows
# it: "département/commune", or the code of a country after its ISO code was chosen
BIRTH_PLACES = (
    (1978, "Rennes", "035/238"),
    (1951, "quimper", "029/232"),
    (1969, "st etienne 42", "042/218"),
    (1984, "Paris 12", "075/112"),
    (1947, "lyon 3e", "069/383"),
    (1990, "Marseille 8e", "013/208"),
    (1950, "boulogne billancourt", "075/012"),
    (1980, "Boulogne-Billancourt", "092/012"),
    (1955, "Créteil", "075/028"),
    (1949, "saint denis 93", "075/066"),
    (1960, "Versailles", "078/646"),
    (1960, "ajaccio", "020/004"),
    (1985, "Ajaccio", "02A/004"),
    (1990, "bastia", "02B/033"),
    (1982, "Saint-Denis Réunion", "974/011"),
    (1958, "fort de france", "972/009"),
    (1975, "les abymes", "971/001"),
    (1988, "Cayenne", "973/002"),
    (1993, "Mamoudzou", "976/011"),
    (1971, "Nouméa", "988/018"),
    (1966, "papeete", "987/035"),
    (1990, "st barthelemy 971", "971/023"),
    (1962, "Arbignieu", "001/015"),
    (1970, "Annecy-le-Vieux", "074/011"),
    (1973, "DZ", "99352"),
    (1964, "MA", "99350"),
    (1956, "PT", "99139"),
    (1979, "BE", "99131"),
    (1968, "VN", "99243"),
)
# two lines, postal code, city, country, INSEE code of the commune
ADDRESSES = (
    ("8 bis rue du Soleil, Bât. A", "", "69003", "Lyon", "FR", "69383"),
    ("12-14 rue Foch", "", "35000", "RENNES", "FR", "35238"),
    ("8B rue de la Paix", "", "42000", "St Etienne", "FR", "42218"),
    ("Lieu-dit Le Beyssat", "", "29000", "Quimper", "FR", "29232"),
    ("Rés. Les Pins, Appt 12", "3 av. de la Mer", "13008", "Marseille", "FR", "13208"),
    (
        "Chez Mme Petit, 4 rue de l\u2019Église",
        "",
        *("74940", "Annecy-le-Vieux", "FR", "74010"),
    ),
    ("27 r. du Four - 3e étage", "", "94235", "Cachan Cedex", "FR", "94016"),
    ("BP 42", "12 ter chemin des Dames", "97400", "Saint-Denis", "RE", "97411"),
    ("5 Grande Rue", "", "01300", "Arbignieu", "FR", "01015"),
    (
        *("125 avenue du Maréchal de Lattre de Tassigny", ""),
        *("75116", "Paris", "FR", "75116"),
    ),
    (
        *("Résidence les Jardins de la Source, 125 avenue de Gaulle", "Bâtiment B"),
        *("20000", "Ajaccio", "FR", "2A004"),
    ),
    ("2 rue du 8 mai 1945", "", "59000", "Lille", "FR", "59350"),
    ("Résidence Les Lilas 12 rue des Fleurs", "", "75011", "PARIS 11", "FR", "75111"),
    ("1234 route de la Plage", "Le Gosier", "97139", "Les Abymes", "GP", "97101"),
    ("08, allée des Œillets", "", "33000", "bordeaux", "FR", "33063"),
    ("4 quater impasse Bellevue", "", "44000", "Nantes", "FR", "44109"),
    ("14 Fbg Saint-Honoré", "Esc. C, 4ème étage", "75008", "Paris", "FR", "75108"),
)
MOBILES = (
    "06 39 98 {:02d} {:02d}",
    "+33 6 39 98 {:02d} {:02d}",
    "0033639 98{:02d}{:02d}",
    "+33 (0)6.39.98.{:02d}.{:02d}",
    "+262 639 98 {:02d} {:02d}",
)
EMAILS = (
    "personne{}@example.com",
    "Personne.{}@Example.org",
    "p-{}_x@exemple-asso.fr",
)
# Bank codes of real banks; the accounts are made up.
BANKS = ("30004", "20041", "30002", "30003")

# What is wrong, on which field it must be told, and whether Urssaf (or the tax office)
# really refuses it: the birth date in the future and so on are sent to see.
WRONG = (
    ({"urssaf_civility": False}, "urssaf_civility"),
    ({"urssaf_birth_name": "Durand 2"}, "urssaf_birth_name"),
    (
        {
            "name": "Jeanne Petit",
            "urssaf_birth_name": "Petit",
            "urssaf_usage_name": "Durand",
        },
        "urssaf_birth_name",
    ),
    ({"urssaf_birth_name": "Mme Durand"}, "urssaf_birth_name"),
    ({"urssaf_birth_name": "Petit née Durand"}, "urssaf_birth_name"),
    ({"urssaf_first_names": "Jeanne"}, "urssaf_first_names"),
    ({"urssaf_first_names": "Jeanne M."}, "urssaf_first_names"),
    ({"urssaf_first_names": "Jeanne Durand"}, "urssaf_first_names"),
    ({"urssaf_birth_date": "2031-01-01"}, "urssaf_birth_date"),
    ({"urssaf_birth_date": "1880-01-01"}, "urssaf_birth_date"),
    (
        {"urssaf_birth_city_code": "75056", "urssaf_birth_city": "Paris"},
        "urssaf_birth_city_code",
    ),
    (
        {
            "urssaf_birth_city_code": "92012",
            "urssaf_birth_city": "Boulogne-Billancourt",
        },
        "urssaf_birth_city_code",
    ),
    (
        {"urssaf_birth_city_code": "69999", "urssaf_birth_city": "Lyon"},
        "urssaf_birth_city_code",
    ),
    ({"urssaf_birth_city": False}, "urssaf_birth_city"),
    ({"urssaf_birth_city_code": "974"}, "urssaf_birth_city_code"),
    ({"urssaf_mobile": "01 39 98 00 00"}, "urssaf_mobile"),
    ({"email": "sans arobase"}, "email"),
    ({"zip": "750"}, "zip"),
    ({"zip": "75000", "city": "Paris"}, "urssaf_city_code"),
    (
        {"street": "Une très longue ligne sans rue ni numéro", "street2": "z" * 39},
        "urssaf_address_complement",
    ),
    ({"urssaf_street_name": False}, "urssaf_street_name"),
    ({"acc_number": "FR7630004000031234567890144"}, "urssaf_bank_account_id"),
    ({"acc_number": "TN5910006035183598478831"}, "urssaf_bank_account_id"),
    (
        {"email": "personne0@example.com", "urssaf_mobile": "0639980000"},
        "urssaf_mobile",
    ),
)


class Person(NamedTuple):
    """What is typed, and what is true."""

    values: dict  #: fields of the contact; "acc_number" is the IBAN
    birth_search: str  #: typed in "Find the birth commune", or an ISO code
    truth: dict  #: what the tax office has
    city_code: str
    wrong_field: str | None  #: where something is wrong


def everybody():
    """The two hundred, in order."""
    return [_person(number) for number in range(COUNT)]


def _person(number):
    wrong, field = {}, None
    if number >= WRONG_FROM:
        wrong, field = WRONG[number - WRONG_FROM]
    # All of them are the first of each list, but for what is wrong.
    pick = (lambda some: some[0]) if wrong else (lambda some: some[number % len(some)])
    birth_name, true_name, usage_name = pick(NAMES)
    first_names, true_first_names = pick(FIRST_NAMES)
    year, search, place = pick(BIRTH_PLACES)
    if wrong.get("urssaf_birth_city_code") == "92012":
        year, search, place = BIRTH_PLACES[6]
    born = f"{year}-{1 + number % 12:02d}-{1 + number % 28:02d}"
    line1, line2, zip_code, city, country, city_code = pick(ADDRESSES)
    values = {
        "name": f"{true_first_names.split()[0]} {usage_name or true_name}",
        "street": line1,
        "street2": line2,
        "zip": zip_code,
        "city": city,
        "country": country,
        "email": pick(EMAILS).format(number),
        "urssaf_civility": str(1 + number % 2),
        "urssaf_birth_name": birth_name,
        "urssaf_usage_name": usage_name,
        "urssaf_first_names": first_names,
        "urssaf_birth_date": born,
        "urssaf_mobile": pick(MOBILES).format(*divmod(number, 100)),
        "acc_number": iban(BANKS[number % len(BANKS)], number),
        **wrong,
    }
    truth = {
        "birth_name": true_name,
        "first_names": true_first_names,
        "birth_date": born,
        **_known_place(place),
    }
    return Person(values, search, truth, city_code, field)


def _known_place(place):
    department, _slash, commune = place.partition("/")
    if not commune:
        return {"country": department}
    return {"country": "99100", "department": department, "commune": commune}


def iban(bank, number):
    """A French IBAN with the right keys, of an account that nobody has."""
    account = f"{bank}00001{number:011d}"
    key = 97 - int(account) * 100 % 97
    bban = f"{account}{key:02d}"
    check = 98 - int(f"{bban}152700") % 97
    return f"FR{check:02d}{bban}"
