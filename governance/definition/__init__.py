"""What a metric version says: named nodes, pure Python, no Django, no storage."""

from governance.definition.explain import explain
from governance.definition.nodes import Definition, DefinitionError
from governance.definition.parse import dump, parse

__all__ = ["Definition", "DefinitionError", "dump", "explain", "parse"]
