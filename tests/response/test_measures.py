"""What a measure names is whom it hits."""

from __future__ import annotations

import polars as pl

from forensics.attribution.accounts.jointly import JOINTLY
from forensics.attribution.accounts.participants import LATER
from forensics.response.measures import measures

LOADS = pl.DataFrame(schema={"account_id": pl.String, "network": pl.String})


def test_a_level_names_its_groups_once_and_says_who_is_in_none(filled) -> None:
    people = filled.table("participants").filter(pl.col("role") == "participant").select("account_id", "actor_id", "role")
    members, actors = filled.table("actor_accounts"), filled.table("actors")
    leaf = actors.filter(pl.col("level") == "same operator").head(1)
    two = [leaf.with_columns(actor_id=pl.lit(n), parent_actor_id=pl.lit(None, pl.String), level=pl.lit("same payer")) for n in ("a", "b")]
    filled.replace("actors", pl.concat([*two, leaf.with_columns(actor_id=pl.lit("c"), parent_actor_id=pl.lit(None, pl.String))]))
    names = sorted(people["account_id"].to_list())
    groups = pl.Series(["a", "b", *["c"] * (len(names) - 2)])
    given = pl.DataFrame({"account_id": names}).with_columns(actor_id=groups, role=pl.lit("participant"), why=pl.lit(None, pl.String))
    columns = members.head(1).drop("account_id", "actor_id")
    filled.replace("actor_accounts", given.select("actor_id", "account_id").join(columns, how="cross").select(members.columns))
    found = {measure.name: measure for measure in measures(filled, given, LOADS)}
    label = leaf["label"][0]
    assert found["payer"].scope == f"{label} (2 actors), {len(names) - 2} accounts that took part without such a tie"
    assert found["payer"].accounts == set(names)
    assert found["account"].basis == "Each account's own excess in the incident is significant."


def test_a_ban_says_what_is_known_of_all_together_only(filled) -> None:
    people = filled.table("participants").filter(pl.col("role") == "participant").select("account_id", "actor_id", "role")
    one = pl.col("account_id") == people["account_id"].min()
    for known, told in ((pl.lit(True), "Of no account the own"), (one, "but for 1 account known jointly only")):
        given = people.with_columns(why=pl.when(known).then(pl.lit(f"{JOINTLY}: 3 accounts")).otherwise(pl.lit("singly: it rose")))
        (basis,) = [measure.basis for measure in measures(filled, given, LOADS) if measure.name == "account"]
        assert told in basis


def test_a_ban_says_who_only_went_on_with_it(filled) -> None:
    people = filled.table("participants").filter(pl.col("role") == "participant").select("account_id", "actor_id", "role")
    first = pl.col("account_id") == people["account_id"].min()
    given = people.with_columns(why=pl.when(first).then(pl.lit("singly: it rose")).otherwise(pl.lit(LATER)))
    (basis,) = [measure.basis for measure in measures(filled, given, LOADS) if measure.name == "account"]
    assert f", but for {given.height - 1} account" in basis
    assert basis.endswith("that went on with the same thing, at the same pace, after the impact had begun.")
