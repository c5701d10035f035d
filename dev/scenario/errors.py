# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What can go wrong while the story is told."""


class ScenarioError(Exception):
    """The story cannot go on. The text, in French, says where and why."""
