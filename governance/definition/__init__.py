"""What a metric version says: named nodes, pure Python, no Django, no storage."""

from governance.definition.explain import diff, explain
from governance.definition.nodes import Definition, DefinitionError
from governance.definition.parse import dump, parse

__all__ = ["Definition", "DefinitionError", "diff", "dump", "explain", "parse"]
