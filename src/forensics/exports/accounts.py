"""Join what exports and logs call their accounts: ``accounts``, ``payments``, ``account_aliases``, ``ambiguous_keys``."""

from __future__ import annotations

from forensics.case.case import Case
from forensics.exports.domains import described
from forensics.exports.people import LISTED, PEOPLE
from forensics.exports.systems import account_headers

MOST = 0.9
"""Share of a log's requests, and of its hours, that a name has which is nobody's in particular."""
MANY_ADDRESSES = 50
"""Addresses from which requests under such a name come, at least."""


def resolve(case: Case) -> None:
    """Fill ``accounts``, ``payments``, ``account_aliases``, ``ambiguous_keys`` and ``email_domains``.

    Per log and per export the kind of key that fits most of its names is chosen (account id, email or user name, as it stands or, where
    few do so, as others write it); a name that means two accounts joins none of them, nor does one that a log gives to nearly all. Who is
    seen only in logs otherwise is an account of source ``log``.
    """
    case.execute("exports", "forget")
    case.replace("email_domains", described(case.frame("exports", "mail_domains")["domain"].to_list()))
    headers = {of: list(account_headers(of)) for of in ("customers", "others", "tenants")}
    for step in ("account_keys", "spellings", "log_keys", "everybody", "record_keys", "api_keys", "fill_accounts"):
        case.execute(
            "exports",
            step,
            **headers,
            people=PEOPLE,
            listed=LISTED,
            most=MOST,
            addresses=MANY_ADDRESSES,
        )
    case.refresh_events()
