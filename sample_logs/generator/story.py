"""When everything happens, and how much the service can bear. Times are seconds since 1970 (UTC)."""

from datetime import UTC, datetime

SEED = 20240302


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


BEGIN, END = at("2024-02-19T00:00"), at("2024-03-04T12:00")  # the logs were collected on Monday, 4 March, at noon
GATEWAY_BEGIN = at("2024-02-29T00:00")
PROBE_BEGIN, PROBE_END = at("2024-02-26T22:10"), at("2024-02-26T22:22")
DEPLOY_BEGIN, DEPLOY_END = at("2024-03-01T22:00"), at("2024-03-01T22:02")
RAMP_BEGIN = at("2024-03-01T23:30")
OUTAGE_BEGIN, OUTAGE_END = at("2024-03-02T00:00"), at("2024-03-03T00:00")
GATEWAY_DOWN, EDGE_2_DOWN = at("2024-03-02T00:38"), at("2024-03-02T00:41")
MAINTENANCE = at("2024-03-02T01:30")  # from here on the edge answers everything with 503
FIRST_BANS, SECOND_BANS = at("2024-03-02T15:05"), at("2024-03-03T00:52")
RELAPSES = ((at("2024-03-03T00:41"), at("2024-03-03T00:52")), (at("2024-03-03T02:15"), at("2024-03-03T02:21")))
EXPORTED = at("2024-03-02T12:00")  # accounts and payments were exported before the first ban

CAPACITY = 15.0  # requests a second that the service bears
RING_PACE = (  # from when on, seconds between two pairs of one account
    (RAMP_BEGIN, 15.0),
    (at("2024-03-01T23:38"), 8.0),
    (at("2024-03-01T23:45"), 5.0),
    (at("2024-03-01T23:52"), 3.5),
    (at("2024-03-01T23:57"), 2.6),
    (OUTAGE_BEGIN, 1.0),  # at midnight every account starts further workers
    (at("2024-03-02T00:06"), 3.6),  # the workers wait for answers that do not come
    (at("2024-03-02T00:41"), 12.0),
    (at("2024-03-02T01:05"), 60.0),
    (at("2024-03-02T01:48"), 0.0),
)

HOURS = (95, 93, 88, 80, 70, 58, 46, 36, 29, 25, 25, 29, 36, 46, 57, 67, 76, 83, 89, 94, 98, 100, 100, 98)
WEEKEND_HOURS = (88, 90, 88, 82, 74, 64, 52, 42, 33, 27, 24, 25, 28, 34, 42, 52, 61, 69, 75, 79, 81, 82, 83, 85)


def rhythm(t: float) -> float:
    """How busy ordinary people are at this moment, 1 at the weekday peak."""
    moment = datetime.fromtimestamp(t, UTC)
    hours = WEEKEND_HOURS if moment.weekday() >= 5 else HOURS
    share = moment.minute / 60 + moment.second / 3600
    return (hours[moment.hour] * (1 - share) + hours[(moment.hour + 1) % 24] * share) / 100


def patience(t: float) -> float:
    """How many of the ordinary visits still come while the service is down, and how they return."""
    if OUTAGE_BEGIN + 300 <= t < OUTAGE_END:
        return max(0.25, 0.9 - (t - OUTAGE_BEGIN) / 7200)
    if OUTAGE_END <= t < OUTAGE_END + 36000:
        return 1.4 - 0.4 * (t - OUTAGE_END) / 36000  # they come back
    return 1.0


def pace(t: float) -> float:
    """Seconds between two pairs of one account of the ring; 0 when it rests."""
    return ([0.0] + [seconds for since, seconds in RING_PACE if since <= t])[-1]
