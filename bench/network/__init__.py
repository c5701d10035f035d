# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A network of agencies: many companies in one database, one month's end.

``make bench ARGS=network``: each company has its own habilitation, customers and posted
invoices that wait in the queue. They are sent, followed to payment and booked twice: by
one worker, with the scheduled actions as they are; and by four, two on each of two
servers (processes of this machine), one company and one action at a time, some of them
killed meanwhile. One company is in an outage (no answer at all), one is slow, one has a
secret that is refused: their trouble ends when all others are done. ``--sending``
leaves all trouble out and ends when everything has been sent: what is left is how much
faster four workers send than one. ``--idle`` adds companies that have
nothing to do: what each of them adds to a run.

For each company without a trouble of its own, its waits for the next call are judged:
what the trouble of one other company took of a wait, beside one deadline; and the whole
of it, beside one deadline and one turn of each company.

The sandbox stands in for Urssaf on the same machine; each of its answers takes a while,
as a distant administration's would, so that it is waited for and not computed. What the
numbers mean for networks of other sizes is in ``docs/scale.md``.
"""
