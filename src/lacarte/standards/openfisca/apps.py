"""The app of the law: requirements of service types that it decides are asked there."""

from django.apps import AppConfig


class OpenFiscaConfig(AppConfig):
    """Law as code."""

    name = "lacarte.standards.openfisca"

    def ready(self) -> None:
        """Decide about facts that begin with ``law.``; no package is loaded before one is asked about."""
        from lacarte.registers.entitlement.depending import depends_by
        from lacarte.registers.entitlement.explaining import told_by
        from lacarte.registers.entitlement.judging import decided_by
        from lacarte.standards.openfisca.deciding import PREFIX, decide
        from lacarte.standards.openfisca.depending import depends, version
        from lacarte.standards.openfisca.telling import tell

        decided_by(PREFIX, decide)
        depends_by(PREFIX, depends, version)
        told_by(PREFIX, tell)
