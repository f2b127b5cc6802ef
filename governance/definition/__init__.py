"""What a metric version says: named nodes, pure Python, no Django, no storage."""

from governance.definition.explain import diff, explain, node_words, nodes
from governance.definition.nodes import Definition, DefinitionError
from governance.definition.parse import dump, parse

__all__ = ["Definition", "DefinitionError", "diff", "dump", "explain", "node_words", "nodes", "parse"]
