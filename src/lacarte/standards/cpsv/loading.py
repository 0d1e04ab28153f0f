"""A catalogue becomes records: all that can be used, in one transaction; the rest of what it says is kept too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Model

from lacarte.kernel import clock
from lacarte.registers.entitlement.models import EvidenceType, Requirement
from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.bundles import BundleWrongError, Item, set_bundle
from lacarte.registers.menu.capacity.making import keep_lots
from lacarte.registers.menu.keeping import note
from lacarte.registers.menu.models import (
    Attribute,
    CapacityRule,
    DirectoryRow,
    LifeEvent,
    Offer,
    OfferAtPlace,
    ServiceType,
)
from lacarte.registers.places.models import Region
from lacarte.registers.places.queries import regions_at
from lacarte.registers.providers.models import Provider
from lacarte.standards.cpsv import shapes, validating
from lacarte.standards.cpsv.checking import check, rule_of
from lacarte.standards.cpsv.naming import key_of
from lacarte.standards.cpsv.reading import MEDIA_TYPES, Graph, read_graph
from lacarte.standards.cpsv.records import NAMED, STANDARD, STATEMENTS, Catalogue, names
from lacarte.standards.cpsv.taking import Row, Taking, regions_named
from lacarte.standards.cpsv.terms import DCAT, DCT, XSD, Term
from lacarte.standards.imports.report import ImportFaultError, Report
from lacarte.standards.validation import MissingEngineError, Validation

_BATCH = 500
_SHOWN = 10
#: The root of the regions.
_NOWHERE = 0
#: What we say anew each time.
_TOLD_ANEW = {DCT + "modified"}
#: Where services go that no life area has.
_UNSORTED = {"code": "unsorted", "name": {"en": "Unsorted"}}
_NUMBERS = {f"^{XSD}{name}" for name in ("integer", "decimal", "double", "float", "int", "nonNegativeInteger")}
_FLAGS = {"1": "true", "0": "false"}


def import_catalogue(
    path: Path, report: Report, *, currency: str, only_check: bool, progress: Callable[[str], None]
) -> None:
    """Load the services of a file of RDF; ``currency`` is that of prices that name none.

    ``only_check`` loads all and takes it back, and tells what a SHACL engine finds wrong.

    Raises :class:`ImportFaultError` where the file is no RDF, or there is no service in it.
    """
    graph = read_graph(path, settings.CONFIGURED["site_address"])
    progress(f"{len(graph.said):,} subjects")
    with transaction.atomic():
        Loading(graph, report, currency).load(progress)
        transaction.set_rollback(only_check)
    if not report.rows and not graph.of(DCAT + "Dataset"):  # an empty menu is one too
        raise ImportFaultError(f"{path} is RDF, and no service of CPSV-AP is in it")
    if only_check:
        progress("asking a SHACL engine")
        report.notes.append(_said_by_engine(path))


def _said_by_engine(path: Path) -> str:
    """What breaks the standard, in a few lines, or why that is not known. It is loaded all the same."""
    try:
        found = validating.checked(path.read_bytes(), MEDIA_TYPES[path.suffix])
    except MissingEngineError as error:
        return str(error)
    lines = [f"{found.standard} {found.version}: {found.wrong:,} things break it."]
    lines += [f"  {one['in']} {one['id']}, {one['field']}: {one['wrong']}" for one in found.faults[:_SHOWN]]
    return "\n".join(lines)


class Loading:
    """Turns one graph into records; what is there already stays as it is."""

    def __init__(self, graph: Graph, report: Report, currency: str) -> None:
        self._graph, self._report, self._now = graph, report, clock.now()
        self._names = names()
        self._taken = Taking(graph, report, currency, check).take()
        self._regions = dict(Region.objects.values_list("code", "number"))
        self._region_at = {
            uri: self._regions[code] for uri, code in regions_named(graph, self._names, self._regions)
        }
        self._known: set[str] = set()  # addresses of what was there before, and of its parts
        self._elsewhere: dict[str, str] = {}

    def load(self, progress: Callable[[str], None]) -> None:
        """Write all of it. To be called in a transaction."""
        evidence = self._evidence()
        services = self._services(evidence)
        self._events()
        providers = self._providers()
        self._offers(services, providers)
        progress("keeping what no record says")
        self._keep_names()
        if self._keep_statements():
            self._leave_out_what_breaks_the_standard()

    def _new(self, kind: str, model: type[Model], rows: dict[str, Row]) -> dict[str, Row]:
        """Those of ``rows`` that are not there yet, by address; the others are known."""
        codes = self._taken.codes
        there = set(
            model._default_manager.filter(code__in=[codes[uri] for uri in rows]).values_list("code", flat=True)
        )
        fresh = {}
        for uri, row in rows.items():
            if codes[uri] in there:
                self._report.known += 1
                self._known.update((uri, *self._taken.parts.get(uri, {}).values()))
                continue
            self._report.loaded += 1
            fresh[uri] = row
            ours = self._names.of(kind, codes[uri])
            if uri != ours:
                self._elsewhere[f"{kind}/{codes[uri]}"] = uri
            for name, part in self._taken.parts.get(uri, {}).items():
                if part != self._names.part(uri, name):
                    self._elsewhere[f"{uri} {name}"] = part
        return fresh

    def _evidence(self) -> dict[str, EvidenceType]:
        fresh = self._new("evidence", EvidenceType, self._taken.evidence)
        made = [EvidenceType(code=self._taken.codes[uri], **row) for uri, row in fresh.items()]
        EvidenceType.objects.bulk_create(made, batch_size=_BATCH)
        found = EvidenceType.objects.in_bulk(
            [self._taken.codes[uri] for uri in self._taken.evidence], field_name="code"
        )
        return {uri: found[self._taken.codes[uri]] for uri in self._taken.evidence}

    def _services(self, evidence: dict[str, EvidenceType]) -> dict[str, ServiceType]:
        """The service types, those above first, each in its place among those beside it."""
        fresh = self._new("service", ServiceType, self._taken.services)
        codes = [self._taken.codes[uri] for uri in self._taken.services]
        there = ServiceType.objects.in_bulk(codes, field_name="code")
        made = {
            uri: there[self._taken.codes[uri]] for uri in self._taken.services if self._taken.codes[uri] in there
        }
        ahead = sorted(fresh, key=lambda uri: (fresh[uri]["position"] is None, fresh[uri]["position"] or 0))
        while ahead:
            ready = [uri for uri in ahead if fresh[uri]["parent"] is None or fresh[uri]["parent"] in made]
            if not ready:  # the one above cannot be used, or they are above each other
                for uri in ahead:
                    fresh[uri]["parent"] = None
                continue
            for uri in ready:
                made[uri] = self._service(uri, fresh[uri], made)
            ahead = [uri for uri in ahead if uri not in made]
        questions = [
            Attribute(service_type=made[uri], **_said(one))
            for uri, row in fresh.items()
            for one in row["questions"]
        ]
        Attribute.objects.bulk_create(questions, batch_size=_BATCH)
        note(made[uri] for uri in fresh)
        for uri, row in fresh.items():
            for one in row["requirements"]:
                proofs = one.pop("proofs")
                requirement = Requirement.objects.create(service_type=made[uri], **_said(one))
                requirement.proofs.set([evidence[proof] for proof in proofs])
        return made

    def _service(self, uri: str, row: Row, made: dict[str, ServiceType]) -> ServiceType:
        everything = ServiceType.objects.get(number=0)
        columns = {n: v for n, v in row.items() if n not in ("parent", "questions", "requirements", "position")}
        if row["parent"] is not None:
            above = made[row["parent"]]
        elif row["orderable"]:
            found = ServiceType.objects.filter(code=_UNSORTED["code"]).first()
            above = found or add_service_type(everything, orderable=False, **_UNSORTED)  # type: ignore[arg-type]
        else:
            above = everything
        try:
            return add_service_type(above, code=self._taken.codes[uri], **_said(columns))
        except ValueError as error:
            raise ImportFaultError(f"{uri}: {error}") from error

    def _events(self) -> None:
        for uri, row in self._new("event", LifeEvent, self._taken.events).items():
            items = row.pop("items")
            event = LifeEvent.objects.create(code=self._taken.codes[uri], **_said(row))
            codes = self._taken.codes
            bundle = [
                Item(
                    codes[one["service"]],
                    one["why"],
                    one["suggested"] is not False,
                    tuple(codes[a] for a in one["after"]),
                )
                for one in sorted(items, key=lambda one: (one["order"] or 1, codes[one["service"]]))
            ]
            try:
                set_bundle(event, bundle)
            except BundleWrongError as error:
                event.delete()
                self._report.loaded -= 1
                self._report.reject(0, "lac:item", str(error), uri)

    def _item(self, row: Row) -> Item:
        codes = self._taken.codes
        after = tuple(codes[uri] for uri in row["after"])
        return Item(codes[row["service"]], row["why"], row["suggested"] is not False, after)

    def _providers(self) -> dict[str, Provider]:
        fresh = self._new("provider", Provider, self._taken.providers)
        keys = self._free_keys(Provider, [row["id"] for row in fresh.values()])
        made = []
        for uri, row in fresh.items():
            columns = _said(row | {"id": keys.pop(row["id"], None), "region": None})
            region = self._region(row["region"]) or _NOWHERE
            code = self._taken.codes[uri]
            made.append(Provider(code=code, region_id=region, changed_at=self._now, **columns))
        Provider.objects.bulk_create(made, batch_size=_BATCH)
        note(made)
        codes = [self._taken.codes[uri] for uri in self._taken.providers]
        found = Provider.objects.in_bulk(codes, field_name="code")
        return {uri: found[self._taken.codes[uri]] for uri in self._taken.providers}

    def _region(self, said: list[str]) -> int | None:
        return next((self._region_at[uri] for uri in said if uri in self._region_at), None)

    def _free_keys(self, model: type[Model], keys: list[UUID | None]) -> dict[UUID | None, UUID]:
        """Those keys that no record has."""
        wanted = {key for key in keys if key is not None}
        there = set(model._default_manager.filter(pk__in=wanted).values_list("pk", flat=True))
        return {key: key for key in wanted - there}

    def _offers(self, services: dict[str, ServiceType], providers: dict[str, Provider]) -> None:
        fresh = self._new("offer", Offer, self._taken.offers)
        keys = self._free_keys(Offer, [row["id"] for row in fresh.values()])
        offers, places, nowhere = [], [], 0
        for uri, row in fresh.items():
            columns = {n: v for n, v in row.items() if n not in ("id", "service", "provider", "places")}
            offer = Offer(
                code=self._taken.codes[uri],
                service_type=services[row["service"]],
                provider=providers[row["provider"]],
                changed_at=self._now,
                **_said(columns | {"id": keys.pop(row["id"], None)}),
            )
            offers.append(offer)
            places += [(offer, place) for place in row["places"]]
            nowhere += not row["places"]
        Offer.objects.bulk_create(offers, batch_size=_BATCH)
        note(offers)
        self._places(places)
        if nowhere:
            self._report.notes.append(
                f"{nowhere} offers are at no place: nobody is sent there until somebody says where."
            )

    def _places(self, told: list[tuple[Offer, Row]]) -> None:
        made, serves, rules = [], [], list[CapacityRule]()
        keys = self._free_keys(OfferAtPlace, [_key(row["key"]) for _, row in told])
        at = regions_at([row["longitude"] for _, row in told], [row["latitude"] for _, row in told])
        for (offer, row), around in zip(told, map(int, at), strict=True):
            region = self._region(row["region"])
            columns = {n: v for n, v in row.items() if n not in ("key", "region", "serves", "times")}
            place = OfferAtPlace(
                offer=offer,
                region_id=around if region is None else region,
                changed_at=self._now,
                **_said(columns | {"id": keys.pop(_key(row["key"]), None)}),
            )
            made.append(place)
            for one in row["times"]:
                rules.append(rule_of(one))
                rules[-1].offer_at_place = place
            serves += [(place.pk, self._region_at[uri]) for uri in row["serves"] if uri in self._region_at]
        OfferAtPlace.objects.bulk_create(made, batch_size=_BATCH)
        link = OfferAtPlace.serves.through
        link.objects.bulk_create(
            [link(offeratplace_id=place, region_id=region) for place, region in serves], batch_size=_BATCH
        )
        CapacityRule.objects.bulk_create(rules, batch_size=_BATCH)
        keep_lots(rules)
        note([*made, *rules])

    def _keep_names(self) -> None:
        """Whatever others named keeps its address."""
        self._keep(NAMED, {name: {"name": name, "uri": uri} for name, uri in self._elsewhere.items()})

    def _keep_statements(self) -> int:
        """What the file says and our records do not say again. Returns about how many subjects that is."""
        said = self._graph.said
        refused = {row.what for row in self._report.rejected}
        left = {
            uri: {(p, _canonical(term)): (p, term) for p, terms in about.items() for term in terms}
            for uri, about in said.items()
            if uri not in self._known and uri not in refused
        }
        told: dict[str, int] = {}  # by address, in which portion we tell of it first
        for at, portion in enumerate(Catalogue(names()).portions()):
            for node in portion.nodes:
                told.setdefault(node.subject, at)
                for predicate, term in node.says if node.subject in left else ():
                    left[node.subject].pop((predicate, _canonical(term)), None)
        kept = {}
        for uri, about in left.items():
            says = [[p, *term] for p, term in about.values() if p not in _TOLD_ANEW or uri not in told]
            if says:
                kept[uri] = {"subject": uri, "says": says, "offered": told.get(uri, 0) > 0}
        self._keep(STATEMENTS, kept)
        return len(kept)

    def _leave_out_what_breaks_the_standard(self) -> None:
        """What others said is kept all the same, but does not stand in the way of our exports."""
        rows, left_out = DirectoryRow.objects.filter(standard=STANDARD, table=STATEMENTS), 0
        while True:
            told = Validation(STANDARD, shapes.VERSION, self._now)
            for portion in Catalogue(names()).portions():
                shapes.check(told, portion.nodes, portion.beside)
            wrong = [key_of(STATEMENTS, fault["id"]) for fault in told.faults]
            bad = [row for row in rows.filter(pk__in=wrong) if not row.values.get("left_out")]
            for row in bad:
                row.values["left_out"] = True
            DirectoryRow.objects.bulk_update(bad, ["values"])
            left_out += len(bad)
            if not bad:
                break
        if left_out:
            self._report.notes.append(
                f"{left_out} things that the file says break CPSV-AP: exports leave them out."
            )

    def _keep(self, table: str, rows: dict[str, dict[str, Any]]) -> None:
        DirectoryRow.objects.bulk_create(
            [
                DirectoryRow(id=key_of(table, name), standard=STANDARD, table=table, values=values)
                for name, values in rows.items()
            ],
            batch_size=_BATCH,
            ignore_conflicts=True,
        )


def _said(row: Row) -> Row:
    """Without what the file does not say, where a column has a value of its own."""
    return {name: value for name, value in row.items() if value is not None}


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _canonical(term: Term) -> Term:
    """A literal as it counts, however it is spelt."""
    value, kind = term
    try:
        if kind in _NUMBERS:
            return Term(repr(float(value)), "number")
    except ValueError:
        return term
    if kind == f"^{XSD}boolean":
        return Term(_FLAGS.get(value, value), kind)
    return term
