# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The rules of the house: how the add-ons are cut, so that one finds one's way.

They read the code as text, without Odoo, in every folder at the root that has a
manifest. There is no exception today. One would stand in ``house_exceptions.txt``,
which only gets shorter: a line that is not needed any more fails too. To write it::

    python tests/test_house.py > tests/house_exceptions.txt
"""

import ast
import re
import tokenize
from collections import defaultdict
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[1]
EXCEPTIONS = ROOT / "tests" / "house_exceptions.txt"

#: In how many files a model may be declared: one of ours, one of Odoo's.
FILES_OF_OURS, FILES_OF_ODOOS = 6, 8
OURS = ("urssaf.", "home.service.")
MAX_FILE, MAX_FUNCTION = 400, 40
#: Functions that are shorter may happen to be the same in two add-ons.
LINES_THAT_ARE_CODE = 5


def addons():
    return sorted(path.parent.name for path in ROOT.glob("*/__manifest__.py"))


@cache
def sources():
    """``{path from the root: syntax tree}`` of the add-ons, tests left out."""
    found = {}
    for addon in addons():
        for path in sorted((ROOT / addon).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "/tests/" not in name:
                found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def functions(tree):
    """``(name with that of the class, node)`` of each function, nested ones too."""

    def below(node, prefix):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                name = f"{prefix}{child.name}"
                if not isinstance(child, ast.ClassDef):
                    yield name, child
                yield from below(child, f"{name}.")
            else:
                yield from below(child, prefix)

    return below(tree, "")


def model_of(node):
    """The name of the model that this class declares or extends, else ``None``."""
    values = {
        item.targets[0].id: item.value
        for item in node.body
        if isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name)
    }
    inherit = values.get("_inherit")
    if isinstance(inherit, ast.List | ast.Tuple) and inherit.elts:
        inherit = inherit.elts[0]
    named = values.get("_name") or inherit
    return named.value if isinstance(named, ast.Constant) else None


def classes():
    """``(add-on, path, model, class)`` of each class of a model."""
    for path, tree in sources().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and (model := model_of(node)):
                yield path.split("/")[0], path, model, node


# -- the rules: each gives one line per fault -------------------------------------


def methods_twice():
    """No method of a model twice in an add-on, with ``super()`` or without it: what
    happens stands in one place, in the order in which it happens.
    """
    seen = defaultdict(int)
    for addon, _path, model, node in classes():
        for item in node.body:
            if isinstance(item, ast.FunctionDef):
                seen[addon, model, item.name] += 1
    for (addon, model, name), count in seen.items():
        if count > 1:
            yield f"{addon}: {model}.{name}"


def models_in_many_files():
    """A reader finds a model in a few files."""
    files = defaultdict(set)
    for addon, path, model, _node in classes():
        files[addon, model].add(path)
    for (addon, model), paths in files.items():
        if len(paths) > (FILES_OF_OURS if model.startswith(OURS) else FILES_OF_ODOOS):
            yield f"{addon}: {model}"


def imports_upwards():
    """A subject imports from itself or from one that models/__init__.py names before
    it; nothing in models/ imports from wizards/ or controllers/.
    """
    for path, tree in sources().items():
        addon, *folders, name = path.split("/")
        if folders[:1] != ["models"]:
            continue
        order = _subjects(addon)
        package = [addon, *folders]
        own = folders[1] if len(folders) > 1 else name.removesuffix(".py")
        for node in ast.walk(tree):
            if not isinstance(node, ast.ImportFrom):
                continue
            target = _target(package, node)
            if target[:1] == [addon] and target[1:2] != ["models"]:
                if target[1:2] and target[1] != "lib" and target[1] != "rules":
                    yield f"{path}: {'.'.join(target[1:])}"
            elif target[:2] == [addon, "models"] and own in order:
                subjects = target[2:3] or [alias.name for alias in node.names]
                for subject in subjects:
                    if subject in order and order.index(subject) > order.index(own):
                        yield f"{path}: {'.'.join(target[2:] or [subject])}"


def _subjects(addon):
    tree = sources().get(f"{addon}/models/__init__.py", ast.Module(body=[]))
    return [
        alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.level == 1 and not node.module
        for alias in node.names
    ]


def _target(package, node):
    """The imported module as a list of names, from the add-on on."""
    module = (node.module or "").split(".") if node.module else []
    if node.level:
        return package[: len(package) - node.level + 1] + module
    return module[2:] if module[:2] == ["odoo", "addons"] else ["", *module]


def dispatches_by_string():
    """“Find usages” finds every call: no name of a method is put together, nor handed
    on as a string and called.
    """
    for path, tree in sources().items():
        for name, function in functions(tree):
            called = {
                id(node.func)
                for node in ast.walk(function)
                if isinstance(node, ast.Call)
            }
            for node in ast.walk(function):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id == "getattr"
                    and len(node.args) > 1
                    and (
                        id(node) in called
                        or isinstance(node.args[1], ast.JoinedStr | ast.BinOp)
                    )
                ):
                    yield f"{path}: {name}"


def long_files():
    for path in sources():
        lines = (ROOT / path).read_text(encoding="utf-8").count("\n")
        if lines > MAX_FILE:
            yield path


def long_functions():
    for path, tree in sources().items():
        for name, node in functions(tree):
            if node.end_lineno - node.lineno >= MAX_FUNCTION:
                yield f"{path}: {name}"


def views_without_name():
    """Odoo shows the name of a view in its errors; made up, it says nothing."""
    for addon in addons():
        for path in sorted((ROOT / addon).rglob("*.xml")):
            if "/static/" in path.as_posix():
                continue
            for record in ElementTree.parse(path).iter("record"):
                if record.get("model") == "ir.ui.view" and not any(
                    field.get("name") == "name" for field in record.findall("field")
                ):
                    where = path.relative_to(ROOT).as_posix()
                    yield f"{where}: {record.get('id')}"


def code_in_two_addons():
    """What two add-ons need stands in the one that the other is built on."""
    bodies = defaultdict(set)
    for path, tree in sources().items():
        for name, node in functions(tree):
            code = [item for item in node.body if not _is_docstring(item)]
            text = "\n".join(map(ast.unparse, code))
            if text.count("\n") + 1 >= LINES_THAT_ARE_CODE:
                bodies[text].add((path.split("/")[0], f"{path}: {name}"))
    for places in bodies.values():
        if len({addon for addon, _place in places}) > 1:
            yield " = ".join(sorted(place for _addon, place in places))


def sudo_without_reason():
    """Whoever takes more rights says why, before it and in the same function: in a
    comment that begins with ``# sudo():``, or in the docstring of a function that is
    there to do so, which then says “superuser”.
    """
    for path, tree in sources().items():
        if "/models/" not in path:
            continue
        told = _comments(path)
        for text in told.values():
            if re.match(r"# *(sudo\b(?!\(\): )|as superuser)", text, re.IGNORECASE):
                yield f"{path}: another spelling: {text}"
        for name, node in functions(tree):
            reasons = [n for n, text in told.items() if text.startswith("# sudo(): ")]
            reasons = [line for line in reasons if line >= node.lineno]
            said = "superuser" in (ast.get_docstring(node) or "")
            for call in ast.walk(node):
                if _takes_rights(call) and not said:
                    if not any(line <= call.end_lineno for line in reasons):
                        yield f"{path}: {name}"


def _takes_rights(node):
    """``.sudo()``; not ``.sudo(False)``, which gives them up."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "sudo"
        and not node.args
    )


def _comments(path):
    """``{line: comment}``"""
    with (ROOT / path).open("rb") as file:
        return {
            token.start[0]: token.string
            for token in tokenize.tokenize(file.readline)
            if token.type == tokenize.COMMENT
        }


def _is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


RULES = (
    methods_twice,
    models_in_many_files,
    imports_upwards,
    dispatches_by_string,
    long_files,
    long_functions,
    views_without_name,
    code_in_two_addons,
    sudo_without_reason,
)


def exceptions(rule):
    """The lines under the rule's name in the file of exceptions."""
    if not EXCEPTIONS.exists():
        return set()
    found, at = set(), None
    for line in EXCEPTIONS.read_text(encoding="utf-8").splitlines():
        if title := re.fullmatch(r"\[(\w+)\]", line):
            at = title[1]
        elif line and at == rule.__name__:
            found.add(line)
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_house(rule):
    faults, excepted = set(rule()), exceptions(rule)
    assert not faults - excepted, "\n".join(sorted(faults - excepted))
    done = "\n".join(sorted(excepted - faults))
    assert not done, f"take these out of {EXCEPTIONS.name}:\n{done}"


def test_there_is_something_to_read():
    """A folder that was moved must not make these tests silent."""
    assert "urssaf_avance_immediate" in addons()
    assert any(model == "account.move" for _addon, _path, model, _node in classes())
    assert _subjects("urssaf_avance_immediate")[:2] == ["groups", "geography"]


if __name__ == "__main__":
    for each in RULES:
        if lines := sorted(set(each())):
            print(f"[{each.__name__}]", *lines, "", sep="\n")


def test_an_attribute_of_owl_is_false_where_it_is_not_there():
    """``null`` is written out, and ``open="null"`` is open."""
    found = [
        f"{path.relative_to(ROOT)}: {node}"
        for addon in addons()
        for path in sorted((ROOT / addon / "static" / "src").rglob("*.xml"))
        for node in re.findall(r't-att-[\w-]+="[^"]*\bnull\b[^"]*"', path.read_text())
    ]
    assert found == []
