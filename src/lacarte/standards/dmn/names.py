"""Names that DMN has for what it has in common with our tables (DMN 1.4, clause 8, and its XML schema)."""

from __future__ import annotations

from lacarte.engines.rules.tables import HitPolicy

#: By namespace; what is new in a version changes no table.
VERSIONS = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
WRITTEN = "https://www.omg.org/spec/DMN/20211108/MODEL/"
#: Ours: texts by language, and what a table with one output has no other place for.
OURS = "https://lacarte.example/ns#"
#: Ids that we make up, because other tools want one for every part; nobody refers to them, so they are not kept.
MADE_UP = "lacarte."
LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"

#: ``hitPolicy`` and ``aggregation``.
POLICIES = {
    ("UNIQUE", ""): HitPolicy.UNIQUE,
    ("FIRST", ""): HitPolicy.FIRST,
    ("ANY", ""): HitPolicy.ANY,
    ("COLLECT", ""): HitPolicy.COLLECT,
    ("COLLECT", "SUM"): HitPolicy.SUM,
    ("COLLECT", "MIN"): HitPolicy.LEAST,
    ("COLLECT", "MAX"): HitPolicy.MOST,
    ("COLLECT", "COUNT"): HitPolicy.COUNT,
}
#: What a decision may hold that is no table (DMN 1.4, clause 7 and 10.2).
EXPRESSIONS = frozenset(
    {
        *("literalExpression", "invocation", "context", "relation", "list", "functionDefinition"),
        *("conditional", "filter", "for", "every", "some"),
    }
)
#: What a file may hold beside decisions that would be needed to decide as it says.
BESIDE = frozenset({"businessKnowledgeModel", "decisionService", "import"})
