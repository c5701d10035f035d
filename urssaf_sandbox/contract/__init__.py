# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What goes over the wire: one module per method of the API, and the error codes."""
