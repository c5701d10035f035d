# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo 19 and PostgreSQL on a bare machine, and the commands of this project.

Run ``python3 -m dev --help``, or use the Makefile. ``docs/development.md`` explains.
The package has two floors. What prepares the machine (paths, pins, apt, Odoo's
source, virtual environments) needs the standard library only. What comes after runs
inside the virtual environment: ``dev/__main__.py`` changes over.
"""
