"""Links, rulings, explanations and walks on small cases with named traps."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.stored_case import new_case

from forensics.analysis import ensure_analysed
from forensics.case import store
from forensics.case.case import Case
from forensics.case.load_options import LoadOptions
from forensics.case.loading import load
from forensics.case.rulings import decide_domain
from forensics.errors import UsageError
from forensics.exports.accounts import resolve
from forensics.exports.reader import EXTRA
from forensics.formats.schema import EVENTS
from forensics.linkage import corroboration
from forensics.linkage.actors import link
from forensics.linkage.explain import explain_account, explain_pair, needed
from forensics.linkage.identifiers import collect
from forensics.linkage.listing import strongest, told_of_walk
from forensics.linkage.structure import structure
from forensics.linkage.walk import FARTHEST, from_seed
from forensics.progress import Silent

BEGUN = datetime(2024, 3, 1)


class Maker:
    """A case in the making: accounts, payments and visits, committed and linked at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.accounts: list[dict[str, Any]] = []
        self.payments: list[dict[str, Any]] = []
        self.visits: list[tuple[str, str, datetime, int]] = []

    def account(self, name: str, email: str, **more: Any) -> None:
        self.accounts.append({"account_id": name, "email": email, "user_name": None, **more})

    def pay(self, name: str, **what: Any) -> None:
        self.payments.append({"account_key": name, **what})

    def visit(self, name: str, address: str, days: float = 0, status: int = 200) -> None:
        self.visits.append((name, address, BEGUN + timedelta(days=days), status))

    def strangers(self, count: int = 60) -> None:
        for number in range(count):
            self.account(f"s{number:03d}", f"someone{number}@gmail.com")
            self.pay(f"s{number:03d}", card_fingerprint=f"own{number}")
            self.visit(f"s{number:03d}", f"192.0.{number}.7")

    def case(self, rulings: list[dict[str, Any]] | None = None) -> Case:
        case = new_case(self.folder)
        for sha, kind, rows in (("a" * 64, "accounts", self.accounts), ("b" * 64, "payments", self.payments)):
            table = {"accounts": "account_records", "payments": "payment_records"}[kind]
            frame = pl.DataFrame(rows, infer_schema_length=None).with_row_index("line", offset=2)
            frame = frame.with_columns(pl.lit(sha[:12]).alias("evidence_id"), pl.lit("test").alias("source"), pl.col("line").cast(pl.Int64))
            if "extra" in frame.columns:
                frame = frame.with_columns(pl.col("extra").cast(EXTRA).cast(pl.Map(pl.String(), pl.String())))
            row = {"evidence_id": sha[:12], "path": f"{kind}.csv", "sha256": sha, "kind": kind}
            store.commit(case, [store.Prepared(row, {table: frame}, None)])
        staged = store.staged_path(case, "c" * 64)
        self.events().write_parquet(staged)
        row = {"evidence_id": "c" * 12, "path": "access.log", "sha256": "c" * 64, "kind": "log", "host": "edge", "parsed": 1}
        store.commit(case, [store.Prepared(row, {}, staged)])
        store.settle(case)
        if rulings:
            case.insert("rulings", pl.DataFrame(rulings))
        resolve(case)
        collect(case)
        link(case)
        return case

    def events(self) -> pl.DataFrame:
        rows = [
            {"line": line, "timestamp": at, "started_at": at, "client_ip": address, "user_name": name, "status": status}
            for line, (name, address, at, status) in enumerate(self.visits, start=1)
        ]
        frame = pl.DataFrame(rows, schema={name: kind for name, kind in EVENTS.items() if name != "extra"})
        nothing = pl.lit([], dtype=pl.List(pl.Struct({"key": pl.String(), "value": pl.String()}))).cast(pl.Map(pl.String(), pl.String()))
        return frame.with_columns(pl.lit("c" * 12).alias("evidence_id"), nothing.alias("extra"))


def groups(case: Case) -> dict[str, str]:
    return {row["account_id"]: row["actor_id"] for row in case.table("account_actors").to_dicts()}


@pytest.fixture
def made(tmp_path: Path) -> Maker:
    maker = Maker(tmp_path / "case")
    maker.strangers()
    return maker


def test_one_card_is_one_payer_and_the_domain_only_an_organisation(made: Maker) -> None:
    for name in ("a1", "a2", "a3"):
        made.account(name, f"{name}@rival.example")
    for name in ("a1", "a2"):
        made.pay(name, card_fingerprint="company-card")
    made.pay("a3", card_fingerprint="her-own")
    with made.case() as case:
        found = groups(case)
        actors = {row["actor_id"]: row for row in case.table("actors").to_dicts()}
        assert found["a1"] == found["a2"] != found["a3"]
        assert actors[found["a1"]]["level"] == "same payer"
        above = actors[actors[found["a1"]]["parent_actor_id"]]
        assert (above["level"], above["accounts"], above["label"]) == ("same organisation", 3, "rival.example")
        assert actors[found["a3"]]["parent_actor_id"] == above["actor_id"]


@pytest.mark.parametrize(
    ("accounts", "seats", "label"), [(7, 2, "Reseller"), (7, 3, "rival.example"), (3, 1, "Reseller"), (3, 2, "rival.example")]
)
def test_a_company_of_which_hardly_anybody_is_there_lends_no_name(made: Maker, accounts: int, seats: int, label: str) -> None:
    for number in range(accounts):
        domain = "rival.example" if number < seats else "gmail.com"
        made.account(f"a{number}", f"name{number}@{domain}")
        made.pay(f"a{number}", card_fingerprint="one-card", billing_name="Reseller", billing_postcode="1010")
        made.visit(f"a{number}", "203.0.113.9", days=number / 10)
    with made.case() as case:
        (actor,) = case.table("actors").filter(pl.col("accounts") == accounts).to_dicts()
        assert actor["label"] == label


def test_who_came_to_the_others_by_another_way_is_no_stranger_to_what_they_share(tmp_path: Path) -> None:
    """Three hang together by domain and billing name; the fourth has the name, and a card with one of them."""
    made = Maker(tmp_path / "case")
    made.strangers(250)
    for name in ("w1", "w2", "w3", "w4"):
        made.account(name, f"{name}@gmail.com" if name == "w4" else f"{name}@rival.example")
        made.pay(
            name, billing_name="Tobias Thiel", billing_postcode="04109", card_fingerprint="one" if name in ("w1", "w4") else f"own-{name}"
        )
    with made.case() as case:
        links = case.table("links").filter(identifier_type="billing_identity").sort("account_id")
        assert links["actor_id"].n_unique() == 1
        assert links["account_id"].to_list() == ["w1", "w2", "w3", "w4"]
        assert links["kept"].all()
        assert all("is shared by 4 of the actor's accounts" in why and "outside" not in why for why in links["why"])


def test_a_company_on_the_bill_is_an_organisation_and_no_payer(tmp_path: Path) -> None:
    """On free mail, with a card of its own, billed to the company of two others; a person's name and a reseller's do not do as much."""
    made = Maker(tmp_path / "case")
    made.strangers(250)
    for name, email, card in (("c1", "c1@rival.example", "one"), ("c2", "c2@rival.example", "one"), ("c3", "tests.552@gmail.com", "three")):
        made.account(name, email)
        made.pay(name, billing_name="Rival GmbH" if name == "c1" else "RIVAL gmbh", billing_postcode="50667", card_fingerprint=card)
    for name in ("p1", "p2"):
        made.account(name, f"{name}@gmail.com")
        made.pay(name, billing_name="Tobias Thiel", billing_postcode="50667", card_fingerprint=name)
    for number in range(12):
        made.account(f"r{number}", f"r{number}@gmail.com")
        made.pay(f"r{number}", billing_name="Gift Ltd", billing_postcode="1", card_fingerprint=f"gift{number}")
    with made.case() as case:
        actors = {row["actor_id"]: row for row in case.table("actors").to_dicts()}
        found = dict(case.table("account_actors").select("account_id", "actor_id").iter_rows())
        above = {name: actors[found[name]]["parent_actor_id"] for name in ("c1", "c2", "c3", "p1", "p2", "r0", "r1")}
        assert found["c1"] == found["c2"] != found["c3"]
        assert above["c1"] == above["c3"] is not None
        assert actors[above["c1"]]["level"] == "same organisation"
        assert [above[name] for name in ("p1", "p2", "r0", "r1")] == [None] * 4
        shared = case.table("links").filter(identifier_type="billing_company", account_id="c3")
        assert shared["why"].to_list() == [
            "this billing company is shared by 3 of the actor's accounts; 2 of 3 hang together in other ways too"
        ]


def test_free_mail_and_relays_link_nobody(made: Maker) -> None:
    for number, domain in enumerate(("tuta.io", "tuta.io", "hey.com", "hey.com", "privaterelay.appleid.com", "privaterelay.appleid.com")):
        made.account(f"f{number}", f"p{number}@{domain}")
    with made.case() as case:
        assert case.table("actors")["accounts"].max() == 1


def test_one_mailbox_in_many_spellings(made: Maker) -> None:
    made.account("m1", "jo.hn+bot@gmail.com")
    made.account("m2", "John@googlemail.com")
    made.account("m3", "john@outlook.com")
    with made.case() as case:
        found = groups(case)
        assert found["m1"] == found["m2"] != found["m3"]


def test_two_services_of_one_company_are_two_mailboxes(made: Maker) -> None:
    made.account("h1", "john.miller@hotmail.com")
    made.account("h2", "john.miller@outlook.com")
    made.account("h3", "john.miller@live.com")
    with made.case() as case:
        found = groups(case)
        assert len({found[name] for name in ("h1", "h2", "h3")}) == 3


def test_a_domain_in_both_spellings_and_its_look_alike(made: Maker) -> None:
    made.account("i1", "a@b\u00fccher-haus.com")
    made.account("i2", "b@XN--BCHER-HAUS-9DB.com")
    made.account("i3", "c@b\u00fc\u0441her-haus.com")  # a Cyrillic letter that looks like c
    with made.case() as case:
        named = {row["label"]: row["accounts"] for row in case.table("actors").to_dicts() if row["accounts"] > 1}
        assert named == {"xn--bcher-haus-9db.com": 2}


def test_a_sub_domain_belongs_to_the_company(made: Maker) -> None:
    made.account("d1", "a@research.rival.co.uk")
    made.account("d2", "b@rival.co.uk")
    made.account("d3", "c@other.co.uk")
    with made.case() as case:
        named = {row["label"]: row["accounts"] for row in case.table("actors").to_dicts() if row["accounts"] > 1}
        assert named == {"rival.co.uk": 2}


def test_an_address_alone_links_nobody(made: Maker) -> None:
    for name in ("n1", "n2"):
        made.account(name, f"{name}@gmail.com")
        made.visit(name, "198.51.100.9")
    with made.case() as case:
        found = groups(case)
        assert found["n1"] != found["n2"]
        rejected = case.table("links").filter(pl.col("account_id") == "n1", pl.col("identifier_type") == "client_ip").to_dicts()
        assert [row["kept"] for row in rejected] == [False]
        assert "not enough" in rejected[0]["why"]


def test_what_stands_for_a_client_that_is_not_known_links_nobody(made: Maker) -> None:
    for name in ("n1", "n2"):
        made.account(name, f"{name}@gmail.com")
        for address in ("unix:", "127.0.0.1", "::1", "@", "unknown", "XXX.XXX.XXX.XXX"):
            made.visit(name, address)
    with made.case() as case:
        found = groups(case)
        assert found["n1"] != found["n2"]
        told = case.table("links").filter(pl.col("identifier_type").is_in(["client_ip", "client_network"]))
        assert told.is_empty()


def test_addresses_that_were_cut_or_hashed_are_still_somebodys(made: Maker) -> None:
    for name in ("n1", "n2"):
        made.account(name, f"{name}@gmail.com")
        for address in ("198.51.100.xxx", "9f86d081884c7d65"):
            made.visit(name, address)
    with made.case() as case:
        told = case.table("links").filter(pl.col("identifier_type") == "client_ip")
        assert set(told["identifier_value"]) == {"198.51.100.xxx", "9f86d081884c7d65"}


def test_three_independent_networks_are_enough(made: Maker) -> None:
    for name in ("n1", "n2"):
        made.account(name, f"{name}@gmail.com")
        for address in ("198.51.100.9", "203.0.113.5", "100.64.1.1"):
            made.visit(name, address)
    with made.case() as case:
        found = groups(case)
        assert found["n1"] == found["n2"]


def test_candidates_that_are_looked_at_in_portions_are_joined_as_all_at_once(made: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two pairs at three addresses each, of which all four share the first; a portion for each candidate."""
    monkeypatch.setattr(corroboration, "AT_A_TIME", 1)
    for name, other in (("m", "198.18.101.9"), ("n", "203.0.113.5")):
        for account in (f"{name}1", f"{name}2"):
            made.account(account, f"{account}@gmail.com")
            for address in ("198.51.100.9", other, f"100.{64 + len(other)}.1.1"):
                made.visit(account, address)
    with made.case() as case:
        found = groups(case)
    assert found["m1"] == found["m2"] != found["n1"] == found["n2"]


def test_a_portion_has_no_more_values_than_fit() -> None:
    """Three hundred people with a hundred addresses each, all of which have one of them: more than four million values of pairs."""
    everybody = pl.Series("group", np.arange(300), dtype=pl.Int32)
    sharing = pl.DataFrame({"value_no": pl.Series(np.zeros(300), dtype=pl.Int32), "group": everybody})
    held = pl.DataFrame({"group": pl.Series(np.repeat(np.arange(300), 100), dtype=pl.Int32)})
    portions = corroboration._portions(sharing, held)
    pairs = [corroboration._candidates(sharing, lefts).height for lefts in portions]
    assert max(pairs) * 100 <= corroboration.AT_A_TIME + 300 * 100, "the last group of a portion may not fit whole"
    assert sum(pairs) == 300 * 299 // 2
    assert pl.concat(portions)["group"].equals(everybody)
    assert [portion.height for portion in corroboration._portions(sharing.head(0), held)] == [0]


def test_a_reseller_links_nobody_and_says_so(made: Maker) -> None:
    for number in range(25):
        made.account(f"r{number}", f"r{number}@gmail.com")
        made.pay(f"r{number}", card_fingerprint="gift", billing_name="Gift Ltd", billing_postcode="1")
        made.visit(f"r{number}", f"198.18.{number}.1")
    with made.case() as case:
        assert case.table("actors")["accounts"].max() == 1
        why = case.table("links").filter(pl.col("identifier_value") == "gift")["why"].unique().to_list()
        assert why == ["this card fingerprint is shared by 25 accounts, who have nothing else in common: a shared resource, not one owner"]


@pytest.mark.parametrize(("where", "joined"), [("a pool of their own", 65), ("everybody's campus", 1)])
def test_half_of_all_accounts_on_one_card_are_no_measure_of_what_is_common(made: Maker, where: str, joined: int) -> None:
    """They hop over addresses that nobody else has: that ties them. What the others have as often ties nobody."""
    rng = np.random.default_rng(3)
    for number in range(65):
        made.account(f"r{number}", f"r{number}@solo{number}.example")
        made.pay(f"r{number}", card_fingerprint="one")
        for _ in range(40 if joined > 1 else 0):
            made.visit(f"r{number}", f"198.18.{rng.integers(0, 250)}.{rng.integers(1, 250)}")
    for name in [f"r{n}" for n in range(65)] + [f"s{n:03d}" for n in range(60)]:
        if joined == 1:
            made.visit(name, f"203.0.113.{rng.integers(1, 12)}")
    with made.case() as case:
        assert case.table("actors")["accounts"].max() == joined


def ruling(number: int, verdict: str, subject: str, other: str | None, kind: str = "account") -> dict[str, Any]:
    return {"ruling": number, "verdict": verdict, "subject_type": kind, "subject": subject, "other": other, "why": "checked"}


@pytest.fixture
def pair(made: Maker) -> Maker:
    for name in ("p1", "p2", "p3"):
        made.account(name, f"{name}@gmail.com")
    for name in ("p1", "p2"):
        made.pay(name, card_fingerprint="both")
    return made


def test_a_rejected_link_stays_out_and_keeps_its_row(pair: Maker) -> None:
    with pair.case([ruling(1, "reject", "p1", "p2")]) as case:
        found = groups(case)
        assert found["p1"] != found["p2"]
        rows = case.table("links").filter(pl.col("identifier_value") == "both")
        assert rows.height == 2
        assert not rows["kept"].all()


def test_a_rejected_identifier_links_nobody(pair: Maker) -> None:
    with pair.case([ruling(1, "reject", "card_fingerprint:both", None, "identifier")]) as case:
        found = groups(case)
        assert found["p1"] != found["p2"]
        assert case.table("links").filter(pl.col("identifier_value") == "both")["why"].to_list() == ["ruled out: checked"] * 2


def test_a_confirmed_link_joins(pair: Maker) -> None:
    with pair.case([ruling(1, "confirm", "p1", "p3")]) as case:
        found = groups(case)
        assert found["p1"] == found["p2"] == found["p3"]


def test_ids_stay_when_unrelated_evidence_is_added(pair: Maker, tmp_path: Path) -> None:
    with pair.case() as case:
        before = groups(case)
    pair.folder = tmp_path / "again"
    for number in range(30):
        pair.account(f"0new{number}", f"new{number}@gmail.com")
    with pair.case() as case:
        after = groups(case)
    assert {name: after[name] for name in before} == before


def test_explanations_add_up_and_name_file_and_line(pair: Maker) -> None:
    with pair.case() as case:
        account = explain_account(case, "p1@gmail.com")
        both = explain_pair(case, "p1", "p2")
        none = explain_pair(case, "p1", "p3")
        strength = case.table("actor_accounts").filter(pl.col("account_id") == "p1")["strength_bits"][0]
        with pytest.raises(UsageError, match="no account"):
            explain_pair(case, "p1", "nobody")
    assert account.total == pytest.approx(strength - account.prior, abs=1e-4)
    assert account.steps[0].where == "payments.csv:62"
    assert both.verdict.startswith("linked, same payer")
    assert both.total > 3
    assert none.verdict.startswith("not linked")
    assert "more bits would be needed" in none.needed[0]


def test_what_two_accounts_share_already_is_no_example_of_what_is_needed() -> None:
    assert "billing name" in needed(6.0, 10.0)[0]
    assert "billing name" not in needed(6.0, 10.0, frozenset({"billing_identity"}))[0]


def test_possible_returns_after_a_block(made: Maker) -> None:
    for name in ("b1", "b2"):
        made.account(name, f"{name}@gmail.com", created_at=BEGUN - timedelta(days=9))
    made.account("b3", "b3@gmail.com", created_at=BEGUN + timedelta(days=3))
    for name in ("b1", "b2", "b3"):
        made.pay(name, card_fingerprint="back-again")
    made.visit("b1", "198.51.100.1", 0)
    for hour in range(4):
        made.visit("b1", "198.51.100.1", 1 + hour / 24, 403)
    made.visit("b3", "203.0.113.9", 3.5)
    with made.case() as case:
        seen = structure(case, "b1")
        assert [row["account_id"] for row in seen.returns] == ["b3"]
        assert seen.metrics.density == 1.0


def test_a_walk_goes_outwards_from_an_address(pair: Maker) -> None:
    pair.visit("p1", "198.51.100.77")
    with pair.case() as case:
        reached = from_seed(case, "198.51.100.77")
        assert reached["account_id"].to_list()[:2] == ["p1", "p2"]
        with pytest.raises(UsageError):
            from_seed(case, "203.0.113.250")


def test_a_walk_says_what_it_leaves_out() -> None:
    """A terminal shows all that belongs together and few of the others; nobody is to think that a walk of so many came to all."""
    some = pl.DataFrame({"account_id": [f"a{n}" for n in range(40)], "kept": [n < 12 for n in range(40)]})
    assert strongest(some)["account_id"].to_list() == [f"a{n}" for n in range(17)]
    assert told_of_walk(some, strongest(some)) == ["23 more accounts share too little to belong together: --format csv has all."]
    assert told_of_walk(some, some) == []
    many = pl.DataFrame({"kept": [True] * FARTHEST})
    assert told_of_walk(many, many) == [
        "The walk ended at 200 accounts, the most strongly linked ones: what else can be reached is not listed."
    ]


def test_exports_without_emails_or_cards(tmp_path: Path) -> None:
    maker = Maker(tmp_path / "case")
    for number in range(5):
        maker.account(f"x{number}", None)  # type: ignore[arg-type]
        maker.pay(f"x{number}", payment_id=f"p{number}")
        maker.visit(f"x{number}", "198.51.100.1")
    with maker.case() as case:
        assert case.table("actor_accounts").height == 5


def test_a_kind_of_device_links_nobody(tmp_path: Path) -> None:
    log = tmp_path / "app.csv"
    one, other = "Pixel 7", "6f1d2c3b-aaaa-4bbb-8ccc-0123456789ab"
    users = {"u1": one, "u2": one, "u3": other, "u4": other}
    rows = [f"2024-03-01T10:00:0{n}Z,GET,/a,200,{user},{device}\n" for n, (user, device) in enumerate(users.items())]
    log.write_text("".join(["time,method,path,status,user,device\n", *rows]))
    with new_case(tmp_path / "case") as case:
        load(case, [str(log)], LoadOptions(), Silent())
        ensure_analysed(case, Silent())
        found = case.connection.execute("SELECT account_id, identifier_value FROM identifiers WHERE identifier_type = 'device' ORDER BY 1")
        assert found.fetchall() == [("u3", other), ("u4", other)]


def test_nothing_loaded_is_no_error(tmp_path: Path) -> None:
    with new_case(tmp_path / "case") as case:
        resolve(case)
        collect(case)
        link(case)
        assert case.table("actors").is_empty()


def test_merged_actors_are_told(made: Maker, tmp_path: Path) -> None:
    for name in ("m1", "m2", "m3", "m4"):
        made.account(name, f"{name}@gmail.com")
        made.pay(name, card_fingerprint="first" if name < "m3" else "second")
    with made.case() as case:
        before = groups(case)
        case.insert("rulings", pl.DataFrame([ruling(1, "confirm", "m1", "m3")]))
        resolve(case)
        collect(case)
        link(case)
        after = groups(case)
        changes = {(row["previous_id"], row["actor_id"], row["what"]) for row in case.table("actor_changes").to_dicts()}
    assert before["m1"] != before["m3"]
    assert changes == {(before["m1"], after["m1"], "merged"), (before["m3"], after["m1"], "merged")}
    assert before["m1"] == after["m1"], "the group with the smallest account keeps its id"


def test_a_tax_number_ties_free_mail_to_the_company_and_no_placeholder_does(made: Maker) -> None:
    for name, email, number in (
        ("t1", "ann@corp.example", "GB 204.918.837"), ("t2", "grey@gmail.com", "gb204918837"),
        ("z1", "z1@gmail.com", "000000000"), ("z2", "z2@gmail.com", "000000000"),
    ):  # fmt: skip
        made.account(name, email, extra=[{"key": "vat_number", "value": number}])
    with made.case() as case:
        values = case.table("identifiers").filter(pl.col("identifier_type") == "tax_number")
    assert dict(zip(values["account_id"], values["identifier_value"], strict=True)) == {"t1": "GB204918837", "t2": "GB204918837"}


def test_a_team_at_the_service_is_an_organisation_and_the_one_of_everybody_is_none(made: Maker) -> None:
    everybody = {"key": "team_id", "value": "default"}
    for name in ("t1", "t2", "t3"):
        made.account(name, f"{name}@gmail.com", extra=[{"key": "org_id", "value": "org_7"}, everybody])
    for number in range(200):
        made.account(f"d{number}", f"d{number}@gmail.com", extra=[{"key": "org_id", "value": f"org_{100 + number}"}, everybody])
    with made.case() as case:
        links = case.table("links").filter(identifier_type="membership", kept=True)
        several = case.table("actors").filter(pl.col("accounts") > 1)
    assert {(row["account_id"], row["identifier_value"]) for row in links.to_dicts()} == {
        (f"t{n}", "organisation org_7") for n in (1, 2, 3)
    }
    assert several.select("accounts", "level").rows() == [(3, "same organisation")]


def test_a_partner_is_ruled_known_by_its_domain(made: Maker) -> None:
    for name in ("k1", "k2"):
        made.account(name, f"{name}@partner.example")
    with made.case() as case:
        assert decide_domain(case, "reject", "partner.example", "no") == []
        assert decide_domain(case, "known", "nowhere.example", "no") == []
        assert decide_domain(case, "known", "gmail.com", "no") == [], "anybody is there"
        ruled = decide_domain(case, "known", "partner.example", "price import")
        assert [(r.ruling, r.subject, r.verdict) for r in ruled] == [(1, "k1", "known"), (2, "k2", "known")]
        assert case.table("rulings")["subject"].to_list() == ["k1", "k2"]
        assert {row["subject"] for row in case.rows("attribution", "known")} == {"k1", "k2"}


@pytest.mark.parametrize(("hops", "related"), [(1, {"x1"}), (400, set())])
def test_a_stranger_on_one_of_very_many_addresses_is_not_possibly_related(made: Maker, hops: int, related: set[str]) -> None:
    for name in ("h1", "h2"):
        made.account(name, f"{name}@gmail.com")
        made.pay(name, card_fingerprint="hopper")
    made.account("x1", "x1@gmail.com")
    for number in range(hops):
        made.visit("h1", f"203.0.{number // 250}.{number % 250 + 1}", days=number / 100)
    made.visit("x1", "203.0.0.1", days=3)
    with made.case() as case:
        assert {row["account_id"] for row in structure(case, "h1").related} == related


def test_a_house_on_the_bill_shows_an_organisation_where_its_accounts_share_more(tmp_path: Path) -> None:
    """Four cards and names, one house, one network; a fifth in the house, neighbours, and a forwarder's customers share nothing else."""
    made = Maker(tmp_path / "case")
    made.strangers(250)
    spelt = ("12, Havenkade", "Havenkade 12", "HAVENKADE 12", "havenkade 12.")

    def billed(name: str, street: str, code: str) -> None:
        made.account(name, f"{name}@gmail.com")
        extra = [{"key": "billing_street", "value": street}]
        made.pay(name, billing_name=f"Name {name}", billing_postcode=code, card_fingerprint=f"card {name}", extra=extra)

    for number, street in enumerate(spelt):
        billed(f"h{number}", street, "3071 EL" if number else "3071el")
        made.visit(f"h{number}", f"203.0.113.{number}")
    billed("alone", "Havenkade 12", "3071 EL")
    made.visit("alone", "192.0.220.9")
    for name in ("n1", "n2"):
        billed(name, "Lange Straße 4", "50667")
        made.visit(name, f"192.0.2{name[1]}.1")
    for number in range(12):
        billed(f"f{number:02d}", "PO Box 900", "19720")
    with made.case() as case:
        actors = {row["actor_id"]: row for row in case.table("actors").to_dicts()}
        found = groups(case)
        above = {name: actors[found[name]]["parent_actor_id"] or found[name] for name in found}
        assert len({above[f"h{number}"] for number in range(4)}) == 1
        assert actors[above["h3"]]["level"] == "same organisation"
        assert above["alone"] == found["alone"]
        assert above["n1"] != above["n2"]
        assert len({above[f"f{number:02d}"] for number in range(12)}) == 12
        houses = case.table("identifiers").filter(pl.col("identifier_type") == "billing_address")
        assert set(houses["identifier_value"]) == {"havenkade 12, 3071EL", "lange str 4, 50667", "po box 900, 19720"}
