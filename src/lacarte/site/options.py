"""The settings of an installation: name, default and what each does. Nothing is read here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Option:
    """One setting: ``name`` in lacarte.toml, ``LACARTE_<NAME>`` in the environment."""

    name: str
    default: Any
    help: str

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return f"LACARTE_{self.name.upper()}"


OPTIONS: tuple[Option, ...] = (
    Option("home", ".lacarte", "Folder for the database, the secret key and uploads. Only in the environment."),
    Option(
        "database",
        "",
        "Database address, such as `postgresql://user@host/name`. Empty: SQLite in the home folder.",
    ),
    Option("secret_key", "", "Key that signs sessions. Empty: one is made and kept in the home folder."),
    Option("debug", False, "Show details of errors to everybody. Never on a server that others reach."),
    Option("allowed_hosts", ["localhost", "127.0.0.1", "[::1]"], "Names under which the site is reached."),
    Option("https", False, "The site is reached over TLS: cookies are secure, HSTS is sent."),
    Option("language", "en", "Language of people who have not chosen one: `en` or `zh-hans`."),
    Option("time_zone", "UTC", "Time zone of the city, such as `Asia/Shanghai`."),
    Option("jurisdiction", "lacarte.local", "Open311 `jurisdiction_id`; a client that names another is told so."),
    Option(
        "jurisdictions",
        [],
        "Further ones, each for a region of this installation: `west.example.org=code-of-region`.",
    ),
    Option("open311_key_required", False, "Only programs with a key (`lacarte key add`) may send requests in."),
    Option("open311_contact", "", "Whom makers of Open311 clients ask, in words. Empty: the address of the site."),
    Option("open311_type", "production", "`production`, or `test` where nobody acts on what is sent in."),
    Option("open311_test_url", "", "Address of another installation where clients may be tried out. Empty: none."),
    Option("city", "", "Name of the city in page heads. Empty: that of the largest region."),
    Option("threads", 4, "Threads that serve pages, in each process, from 1 to 64."),
    Option(
        "processes",
        1,
        "Processes that serve pages, from 1 to 64: about one a core. Each counts paces for itself, unless "
        "`rate_limit_store` is Redis.",
    ),
    Option("match_minutes", 1, "Minutes between two matching runs over urgent needs, from 1 to 1440."),
    Option(
        "take_up_hour", 1, "Hour of the city's day from which it is looked each night who is entitled to what."
    ),
    Option("match_hour", 2, "Hour of the city's day from which the nightly run over all needs is computed."),
    Option(
        "publish_hour",
        6,
        "Hour from which the nightly run counts by itself, unless a planner decides before. 24: never by itself.",
    ),
    Option(
        "promotion_days",
        90,
        "A need that has waited so many days moves up one class, never into class 0. 0: no need does.",
    ),
    Option("run_days", 365, "Days for which a run's inputs are kept, so that it can be computed again."),
    Option("lots_ahead_days", 60, "So many days ahead times can be booked that providers offer again and again."),
    Option("hold_minutes", 15, "So many minutes a time is held for whoever has chosen it and still answers."),
    Option("answer_hours", 24, "So many hours somebody of a waiting list has to answer who is called up."),
    Option(
        "undo_minutes",
        10,
        "So many minutes whoever changed an order can take that back; those who hear of it are told afterwards.",
    ),
    Option(
        "announce_minutes",
        15,
        "Providers are written to once in so many minutes of what waits for their answer (what is needed now: "
        "within one); 0: never.",
    ),
    Option("visit_minutes", 20, "So many minutes a crew's visit takes, to say about when they come to the next."),
    Option("pause_days", 5, "So many working days a deadline waits for what the resident was asked."),
    Option(
        "objection_days",
        10,
        "So many working days an official has to answer an objection to whether a service is for somebody, from 1 "
        "to 60.",
    ),
    Option("returns_most", 2, "From so many returns of one need on, an official decides who does it."),
    Option("dispatch_by_rule", False, "A need that was returned goes at once to the next best offer by itself."),
    Option(
        "rate_limit",
        "30/minute",
        "How often one address (of IPv6 one /64) may send a need, sign in or look one up.",
    ),
    Option("rate_limit_session", "20/hour", "How often one browser may send a need."),
    Option("rate_limit_contact", "10/hour", "How many needs may name the same phone number or e-mail address."),
    Option(
        "rate_limit_message",
        "60/10 minutes",
        "How often one sender may add to conversations by e-mail, SMS or chat. What is more waits outside.",
    ),
    Option("rate_limit_key", "600/minute", "How often a program with an API key may send a need."),
    Option(
        "rate_limit_read",
        "600/minute",
        "How often one address, or one program with an API key, may read by Open311.",
    ),
    Option(
        "attack_pace",
        "60/10 minutes",
        "From so many needs on that were refused or held, senders prove a little work: their browser computes.",
    ),
    Option("fill_seconds", 3, "A need told on the pages in fewer seconds is read by a person first. 0: none is."),
    Option(
        "rate_limit_store",
        "memory://",
        "Where that is counted; `redis://host/0` when several processes serve.",
    ),
    Option(
        "emergency_numbers",
        ["all=112"],
        "Whom to call when life is in danger: `police=`, `fire=`, `ambulance=`, `crisis=` (a listening line), and "
        "`all=` for those that are not named.",
    ),
    Option(
        "danger_call",
        [],
        "Whom to call to a danger to life that nobody looked at within a minute: e-mail addresses and phone "
        "numbers; to those of one region, `code-of-region=duty@city.example`.",
    ),
    Option("danger_minutes", 5, "Minutes after which they are called again, until somebody looks, from 1 to 60."),
    Option(
        "surge_false_percent",
        5,
        "Of a hundred burning issues that are found in a day, how many may be chance, from 1 to 50.",
    ),
    Option(
        "join_percent",
        97,
        "A need that tells of the same thing as another with this probability or more is joined to it by itself, "
        "from 50. 100: none is.",
    ),
    Option("follow_up_hours", 24, "So many hours after completion the resident is asked how it went, up to 336."),
    Option(
        "reply_days", 5, "So many working days a provider has to answer a rating of bad or very bad, from 1 to 60."
    ),
    Option("rates_minutes", 10, "Minutes for which the counts of the public rates are kept, up to 1440. 0: none."),
    Option("trusted_proxies", 0, "How many proxies of your own stand in front; they say who asks."),
    Option("upload_megabytes", 12, "How large one photo or document may be that is sent in, from 1 to 100."),
    Option("uploads_per_need", 6, "How many of them come with a need or a message, from 0 to 50."),
    Option(
        "scanner",
        "",
        "What looks for viruses in what is sent in: `clamd://host:3310`, `clamd:///run/clamav/clamd.ctl`, or a "
        "command that reads the file and exits with 0 or, when it finds something, 1: `command clamscan -`. "
        "Until it has looked nobody can open a file. Empty: nothing is looked for.",
    ),
    Option("keep_photo_days", 1095, "So many days after a need is closed its photos are deleted. 0: never."),
    Option("keep_document_days", 1095, "The same of documents."),
    Option("keep_proof_days", 365, "The same of what a service asked for as a proof."),
    Option("site_address", "http://localhost:8000", "Where the site is reached, for links in e-mails and SMS."),
    Option(
        "mail_address", "", "The city's e-mail address, such as `needs@city.example`. Empty: no e-mail comes in."
    ),
    Option(
        "mail_smtp",
        "",
        "Server that sends e-mail: `smtps://user@host`, or `smtp://user@host:587` (STARTTLS). Empty: what would "
        "be sent lies in `outbox` in the home folder.",
    ),
    Option(
        "mail_imap",
        "",
        "Mailbox that is read every minute: `imaps://user@host/INBOX`. Empty: none; `lacarte messages import` "
        "reads files.",
    ),
    Option("mail_password", "", "Password of both, where their addresses hold none. Better in the environment."),
    Option(
        "gateways",
        [],
        "SMS and chat gateways, each as name, `sms` or `chat`, and where to post what goes out: "
        "`relay sms https://relay.example/send`.",
    ),
    Option(
        "gateway_secrets",
        [],
        "Each gateway's name and secret, `relay whsec_…` (base64, at least 24 bytes); two of them while one is "
        "replaced. Better in the environment.",
    ),
    Option("letter_from", "", "The city's address on letters, in one line above the recipient's."),
    Option(
        "letter_font",
        "",
        "TrueType file with which letters are printed. Empty, and for signs that it lacks: Helvetica, fonts that "
        "are found on this machine, and a Chinese one that PDF readers bring along. `lacarte check` names them.",
    ),
    Option("paper", "a4", "Paper of letters: `a4` or `letter`."),
    Option(
        "quiet_hours",
        "21:00-08:00",
        "Hours by the region's clocks in which no SMS or chat message goes out but what answers somebody who has "
        "just written, or is about a danger. Empty: there are none.",
    ),
    Option("metrics_token", "", "Bearer token that opens `/metrics`. Empty: signed-in administrators only."),
    Option(
        "type_precision",
        90,
        "A need's type is set by itself where so many of a hundred are right, else a person chooses. 50 to 100.",
    ),
    Option(
        "retrain_needs",
        200,
        "After so many needs whose type a person chose, the next night tries a new model. 0: no night does.",
    ),
    Option("log_level", "INFO", "DEBUG, INFO, WARNING or ERROR."),
)
