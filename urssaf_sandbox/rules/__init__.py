# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The checks Urssaf makes on what it receives. Pure functions, no database."""
