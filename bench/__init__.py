# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What sending and following demandes de paiement costs, side by side.

*ours* is the add-on: queue, claim, call, trace, record, commit. *naive* is what a first
version does: one demande per call, a new connection each time. *floor* is a bare
``requests.Session`` that posts ready-made JSON in batches: nobody can be faster. What
the rivals never do, the local checks and the queue, is a line of its own.

All three talk to the same sandbox in the same run: read the ratios, not the seconds.
"""
