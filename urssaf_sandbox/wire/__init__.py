# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What stands between the network and the API: faults on demand, traces."""
