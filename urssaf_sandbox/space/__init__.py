# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The particulier's space: who may enter it, and what it shows.."""
