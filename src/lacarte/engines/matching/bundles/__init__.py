"""Several services for one life event, with slots and synergies."""

from lacarte.engines.matching.bundles.solve import (
    MUST,
    REQUIRED,
    BundleCertificate,
    BundleProblem,
    BundleResult,
    Rule,
    check_bundles,
    prices_from,
    solve_bundles,
)

__all__ = [
    "MUST",
    "REQUIRED",
    "BundleCertificate",
    "BundleProblem",
    "BundleResult",
    "Rule",
    "check_bundles",
    "prices_from",
    "solve_bundles",
]
