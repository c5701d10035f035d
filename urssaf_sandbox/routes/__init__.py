# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""HTTP: thin functions that read a request, call `life`, and word the answer."""
