# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The same line of a bank statement as two of OCA's importers read it. The third one,
CAMT, has its tests in the glue add-on of the reconciliation.
"""

IBAN = "FR7612345678901234567890189"  # of nobody: bank, counter, account, key
_BANK, _COUNTER, _ACCOUNT = "12345", "67890", "12345678901"
_WIDTH = 120
#: The last digit of a credit, and its sign.
_CREDIT = "{ABCDEFGHI"


def cfonb(amount, day, label, more):
    """A CFONB120 file of one credit. ``label``: 31 signs at most; ``more``: its second
    record.
    """
    place = {2: _BANK, 11: _COUNTER, 16: "EUR2", 21: _ACCOUNT, 34: f"{day:%d%m%y}"}
    records = (
        {0: "01", 90: _cents(0)},
        {0: "04", 48: label, 81: "0000001", 90: _cents(amount)},
        {0: "05", 45: "LIB", 48: more},
        {0: "07", 90: _cents(amount)},
    )
    return "\n".join(_record({**place, **record}) for record in records).encode()


def _record(values):
    line = " " * _WIDTH
    for start, text in values.items():
        line = line[:start] + text + line[start + len(text) :]
    return line


def _cents(amount):
    digits = f"{round(amount * 100):014d}"
    return digits[:-1] + _CREDIT[int(digits[-1])]


def sheet(amount, day, label):
    """The same as a spreadsheet of a French bank: see ``SHEET``. No accents: OCA's
    module guesses the encoding, and of so few lines it guesses wrong.
    """
    text = f"{amount:.2f}".replace(".", ",")
    return f"Date;Operation;Montant\n{day:%d/%m/%Y};{label};{text}\n".encode()


#: How OCA's mapping names the columns of ``sheet``.
SHEET = {
    "name": "Relevé de la banque",
    "header_lines_skip_count": 1,
    "float_thousands_sep": "none",
    "float_decimal_sep": "comma",
    "delimiter": "semicolon",
    "timestamp_format": "%d/%m/%Y",
    "timestamp_column": "Date",
    "amount_type": "simple_value",
    "amount_column": "Montant",
    "description_column": "Operation",
}
