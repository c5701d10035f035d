# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def some_names(names, most):
    """The first of these names as one text, with a sign where there are more."""
    names = list(names)
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")
