# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The main job of the add-on, told once on real servers and judged line by line.

It drives Odoo as a user would, over its external API, and the sandbox over HTTP as
the customers would. Standard library only. ``story`` is the place to begin reading.
"""
