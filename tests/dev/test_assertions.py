# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A test that asserts nothing passes whatever the code does."""

import ast

from dev import paths

FOLDERS = (
    *(f"{addon}/tests" for addon in paths.EVERY_ADDON),
    "urssaf_sandbox/tests",
    "tests",
)
#: What a person does in a browser; its methods assert, for the tests of several files.
BROWSER = paths.ROOT / "urssaf_sandbox" / "tests" / "browser.py"
#: Of unittest and pytest, besides the names that begin with "assert".
ASSERTING = {"fail", "raises"}


def functions(text):
    nodes = ast.walk(ast.parse(text))
    return {node.name: node for node in nodes if isinstance(node, ast.FunctionDef)}


def silent_tests(text, helpers):
    """The tests of a module that assert nothing, neither themselves nor through a
    function of their module or one of ``helpers``: what is common to all, such as an
    enrolment to begin with, asserts for itself.
    """
    known = {**helpers, **functions(text)}

    def asserts(function, seen=frozenset()):
        nodes = list(ast.walk(function))
        if any(isinstance(node, ast.Assert) for node in nodes):
            return True
        called = {_name(node.func) for node in nodes if isinstance(node, ast.Call)}
        if any(name.startswith("assert") or name in ASSERTING for name in called):
            return True
        inside = {name for name in called - seen if name in known}
        return any(asserts(known[name], seen | inside) for name in inside)

    tests = (node for name, node in known.items() if name.startswith("test_"))
    return [node.name for node in tests if not asserts(node)]


def hidden_tests(text):
    """Tests inside a function, where a merge may put them: nobody runs them."""
    outer = (n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef))
    return [
        node.name
        for function in outer
        for node in ast.walk(function)
        if node is not function
        and isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
    ]


def _name(called):
    return getattr(called, "attr", "") or getattr(called, "id", "")


def test_every_test_says_what_it_expects():
    helpers = functions(BROWSER.read_text())
    assert helpers
    files = [path for name in FOLDERS for path in (paths.ROOT / name).rglob("*.py")]
    assert len(files) > 100
    silent = {
        f"{path.relative_to(paths.ROOT)}::{name}"
        for path in files
        for name in silent_tests(path.read_text(), helpers)
    }
    assert not silent


def test_every_test_is_run():
    files = [path for name in FOLDERS for path in (paths.ROOT / name).rglob("*.py")]
    hidden = {
        path.name: found for path in files if (found := hidden_tests(path.read_text()))
    }
    assert not hidden
    assert hidden_tests("def _a():\n  def test_b(): assert 1") == ["test_b"]


def test_what_counts_as_an_assertion():
    text = """
def test_bare(): assert 1
def test_method(self): self.assertTrue(1)
def test_raises():
    with pytest.raises(ValueError): int("x")
def test_through_a_helper(self): self._check()
def _check(self): self.assertTrue(1)
def test_recursive(self): self._again()
def _again(self): self._again()
def test_nothing(self): self._enrol()
"""
    assert silent_tests(text, {}) == ["test_recursive", "test_nothing"]
    assert silent_tests("def test_page(b): b.reads('x')", {}) == ["test_page"]
