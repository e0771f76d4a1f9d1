-- title: the tables of a case
-- why: one place that says what is known, where it came from, and what was concluded from it.
--      Times are TIMESTAMP in UTC with microseconds. '-' and empty are NULL. Likelihoods are DOUBLE within [.01, .99].
-- parameters: none

-- What loads write -------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS meta (key VARCHAR, value VARCHAR);
CREATE TABLE IF NOT EXISTS options (key VARCHAR, value VARCHAR);            -- analysis options that were given, JSON values

CREATE TABLE IF NOT EXISTS evidence_files (                                 -- one row per evidence file; view `evidence` adds the derived
    evidence_id VARCHAR, path VARCHAR,                                      -- path relative to what was given
    location VARCHAR,                                                       -- where it was read: absolute; never in a report
    sha256 VARCHAR, size_bytes BIGINT,
    kind VARCHAR,                                                           -- log | accounts | payments | identifiers | notes
    format VARCHAR, format_share DOUBLE,                                    -- share of sampled lines that the format read
    host VARCHAR, given_tier VARCHAR, format_tier VARCHAR,
    time_zone VARCHAR, time_zone_source VARCHAR, time_basis VARCHAR,        -- request start | end
    lines BIGINT, parsed BIGINT, rejected BIGINT, skipped BIGINT,           -- lines = parsed + rejected + skipped
    skipped_because VARCHAR[],                                              -- reasons with their counts, the commonest first
    first_at TIMESTAMP, last_at TIMESTAMP, backward_steps BIGINT,
    load_options VARCHAR,                                                   -- JSON, sorted keys
    events_sha256 VARCHAR,                                                  -- of events/SHA256.parquet
    account_header VARCHAR,                                                 -- of exports: under which header (normalised) they say whose a row is
    assumptions VARCHAR[], exhibit VARCHAR, collected_by VARCHAR, collected_at VARCHAR, note VARCHAR,
    loaded_at TIMESTAMP
);
CREATE TABLE IF NOT EXISTS refused_files (path VARCHAR, reason VARCHAR);       -- given to a load, and not read
CREATE TABLE IF NOT EXISTS rejects (evidence_id VARCHAR, line BIGINT, reason VARCHAR, raw VARCHAR);

CREATE TABLE IF NOT EXISTS account_records (                                -- rows of account exports, as loaded
    evidence_id VARCHAR, line BIGINT, source VARCHAR, account_id VARCHAR, email VARCHAR, user_name VARCHAR, name VARCHAR,
    created_at TIMESTAMP, plan VARCHAR, status VARCHAR, signup_ip VARCHAR, extra MAP(VARCHAR, VARCHAR)
);
CREATE TABLE IF NOT EXISTS payment_records (                                -- rows of payment exports, as loaded
    evidence_id VARCHAR, line BIGINT, source VARCHAR, payment_id VARCHAR, account_key VARCHAR, -- account id, email or provider's customer id
    paid_at TIMESTAMP, amount DECIMAL(18, 4), currency VARCHAR, status VARCHAR,
    card_fingerprint VARCHAR, card_brand VARCHAR, card_last4 VARCHAR, card_expiry VARCHAR, payer_id VARCHAR, payer_email VARCHAR,
    billing_name VARCHAR, billing_postcode VARCHAR, billing_country VARCHAR, extra MAP(VARCHAR, VARCHAR)
);
CREATE TABLE IF NOT EXISTS identifier_records (                             -- identifiers that users bring themselves
    evidence_id VARCHAR, line BIGINT, account_key VARCHAR, identifier_type VARCHAR, identifier_value VARCHAR,
    first_at TIMESTAMP, last_at TIMESTAMP
);
CREATE OR REPLACE MACRO host_of(extra, host) AS coalesce(extra['machine'], host); -- of a request: in a log gathered from several machines the one that wrote it
CREATE OR REPLACE MACRO tells_session(value) AS                             -- whether it names one: joining accounts and linking them ask
    length(trim(value)) >= 16 AND NOT regexp_full_match(trim(value), '\d+');
CREATE TABLE IF NOT EXISTS notes (occurred_at TIMESTAMP, message VARCHAR, event_type VARCHAR, evidence_id VARCHAR, line BIGINT);
CREATE TABLE IF NOT EXISTS rulings (                                        -- numbered in the order they were made; a later one wins
    ruling BIGINT,
    verdict VARCHAR,                                                        -- confirm | reject | known
    subject_type VARCHAR,                                                   -- account | address | identifier
    subject VARCHAR,                                                        -- account_id; address or network; TYPE:VALUE of an identifier
    other VARCHAR,                                                          -- the link's other end: account_id or TYPE:VALUE; else NULL
    why VARCHAR
);

-- What the analysis derives; emptied and filled again in one transaction -------------------------------------------

CREATE TABLE IF NOT EXISTS duplicates (evidence_id VARCHAR, line BIGINT, of_evidence_id VARCHAR, of_line BIGINT);
CREATE TABLE IF NOT EXISTS tiers (                                          -- of every log: its tier, and whether rates count it
    evidence_id VARCHAR, tier VARCHAR, counted BOOLEAN, clock_offset_seconds DOUBLE, why VARCHAR
);
CREATE TABLE IF NOT EXISTS told_users (                                     -- who made a request that its log has no name for, by an inner tier
    evidence_id VARCHAR, line BIGINT, key_type VARCHAR, key VARCHAR,        -- user_name | api_key, as the inner tier logged it
    of_evidence_id VARCHAR, of_line BIGINT, how VARCHAR                     -- by which the two lines are the same request
);
CREATE TABLE IF NOT EXISTS account_aliases (source VARCHAR, key_type VARCHAR, key VARCHAR, account_id VARCHAR, how VARCHAR);
CREATE TABLE IF NOT EXISTS account_customers (                              -- what payment providers call an account, as account exports say
    account_id VARCHAR, header VARCHAR, customer_id VARCHAR, evidence_id VARCHAR, line BIGINT
);
CREATE TABLE IF NOT EXISTS ambiguous_keys (source VARCHAR, key_type VARCHAR, key VARCHAR, account_ids VARCHAR[]);
CREATE TABLE IF NOT EXISTS email_domains (                                  -- what the email domains of the case say
    domain VARCHAR, registrable VARCHAR, kind VARCHAR,                      -- company | free mail | disposable | relay
    provider VARCHAR, dots BOOLEAN, tag VARCHAR                             -- whose mailboxes; dots ignored; sign before an ignored tag
);
CREATE TABLE IF NOT EXISTS accounts (
    account_id VARCHAR, source VARCHAR, email VARCHAR, email_domain VARCHAR, name VARCHAR, created_at TIMESTAMP, plan VARCHAR,
    status VARCHAR, signup_ip VARCHAR, extra MAP(VARCHAR, VARCHAR), evidence_id VARCHAR, line BIGINT
);
CREATE TABLE IF NOT EXISTS payments (
    payment_id VARCHAR, account_id VARCHAR, paid_at TIMESTAMP, amount DECIMAL(18, 4), currency VARCHAR, status VARCHAR,
    card_fingerprint VARCHAR, card_brand VARCHAR, card_last4 VARCHAR, card_expiry VARCHAR, payer_id VARCHAR, payer_email VARCHAR,
    billing_name VARCHAR, billing_postcode VARCHAR, billing_country VARCHAR, extra MAP(VARCHAR, VARCHAR), evidence_id VARCHAR, line BIGINT
);
CREATE TABLE IF NOT EXISTS identifiers (
    account_id VARCHAR, identifier_type VARCHAR, identifier_value VARCHAR, signal VARCHAR, first_at TIMESTAMP, last_at TIMESTAMP,
    uses BIGINT, evidence_id VARCHAR, line BIGINT
);
CREATE TABLE IF NOT EXISTS identifier_types (                               -- how each type of identifier weighs
    identifier_type VARCHAR, family VARCHAR, level VARCHAR, m DOUBLE, chance DOUBLE, owner_bits DOUBLE,
    loose_bits DOUBLE
);
-- What linking decided, on numbers: of every value that accounts share, who uses it, and how it weighs in which group. `links` reads it.
CREATE TABLE IF NOT EXISTS shared_values (
    value_no INTEGER, identifier_type VARCHAR, identifier_value VARCHAR,
    number INTEGER, spell INTEGER,                                          -- of an address that was perhaps handed on: which stretch of use
    sharers INTEGER
);
CREATE TABLE IF NOT EXISTS value_uses (value_no INTEGER, account_no INTEGER, evidence_id VARCHAR, line BIGINT);
CREATE TABLE IF NOT EXISTS value_verdicts (                                 -- kept: of a group it holds; else group_no is -1, for all others
    value_no INTEGER, group_no INTEGER, kept BOOLEAN, weight_bits DOUBLE, why VARCHAR
);
CREATE TABLE IF NOT EXISTS use_verdicts (                                   -- uses within a group that the value holds, and uses that were cut
    value_no INTEGER, account_no INTEGER, group_no INTEGER, why VARCHAR
);
CREATE TABLE IF NOT EXISTS written_links (                                  -- links that are no use of a shared value: those ruled out
    identifier_type VARCHAR, identifier_value VARCHAR, account_id VARCHAR, actor_id VARCHAR, weight_bits DOUBLE, kept BOOLEAN, why VARCHAR,
    family VARCHAR, evidence_id VARCHAR, line BIGINT
);
-- Ids that are nearly all different are stored as they are: for a dictionary of them DuckDB takes four times as long and saves a third.
CREATE TABLE IF NOT EXISTS actors (
    actor_id VARCHAR USING COMPRESSION uncompressed, parent_actor_id VARCHAR, label VARCHAR USING COMPRESSION uncompressed,
    accounts BIGINT, email_domains VARCHAR[], payers VARCHAR[], level VARCHAR,
    likelihood DOUBLE, first_at TIMESTAMP, last_at TIMESTAMP, requests BIGINT
);
CREATE TABLE IF NOT EXISTS actor_accounts (
    actor_id VARCHAR USING COMPRESSION uncompressed, account_id VARCHAR USING COMPRESSION uncompressed, strength_bits DOUBLE, via VARCHAR,
    account_no INTEGER, payer INTEGER, organisation INTEGER,                -- number of the account and of its wider groups
    payer_id VARCHAR, organisation_id VARCHAR                               -- the actors that these groups are, if of several actors
);

CREATE TABLE IF NOT EXISTS actor_changes (                                  -- what became of the actors of the analysis before
    previous_id VARCHAR, actor_id VARCHAR,
    what VARCHAR,                                                           -- merged | split | renamed | gone
    accounts BIGINT
);
CREATE TABLE IF NOT EXISTS possible_returns (                               -- accounts of an actor that appeared after it was blocked
    actor_id VARCHAR, account_id VARCHAR, blocked_at TIMESTAMP, appeared_at TIMESTAMP
);

CREATE TABLE IF NOT EXISTS routes (route_id INTEGER, route VARCHAR, object_kind VARCHAR);  -- request paths with their ids taken out
CREATE TABLE IF NOT EXISTS route_masks (mask VARCHAR, route_id INTEGER);    -- path_mask(path) -> its route (incidents/macros.sql)
CREATE TABLE IF NOT EXISTS service_minutes (                                -- counted requests: what the service did
    minute TIMESTAMP, host VARCHAR, route_id INTEGER, backend VARCHAR, requests BIGINT,
    failed BIGINT, refused BIGINT, served BIGINT, answered BIGINT,          -- >= 500; 400-499; 200-299; with any status
    bytes_sent BIGINT, timed BIGINT, duration_ms_sum DOUBLE, duration_ms_p50 DOUBLE,
    first_at TIMESTAMP, last_at TIMESTAMP
);
CREATE TABLE IF NOT EXISTS subject_minutes (                                -- counted requests: who asked
    minute TIMESTAMP, account_id VARCHAR, network VARCHAR, agent_id INTEGER, route_id INTEGER, requests BIGINT, failed BIGINT,
    duration_ms_sum DOUBLE
);
CREATE TABLE IF NOT EXISTS agents (agent_id INTEGER, user_agent VARCHAR);

CREATE TABLE IF NOT EXISTS incidents (
    incident_id VARCHAR, kind VARCHAR, scope VARCHAR, started_at TIMESTAMP, peaked_at TIMESTAMP, mitigated_at TIMESTAMP, ended_at TIMESTAMP,
    severity VARCHAR, requests BIGINT, failed_requests BIGINT, affected_accounts BIGINT, affected_paying_accounts BIGINT, verdict VARCHAR,
    likelihood DOUBLE, summary VARCHAR, ramp_started_at TIMESTAMP, missing_requests DOUBLE, basis VARCHAR,
    part VARCHAR,                                                           -- what the scope is: everything | host | backend | route | program
    reading VARCHAR,                                                        -- of silence: service down | host down | log missing | clock
    refused_requests BIGINT,                                                -- where requests were refused (4xx) rather than failed
    refused_clients BIGINT,                                                 -- and how many accounts, and addresses without one, met that
    refused_regulars BIGINT,                                                -- of these clients, those that the service had served before
    given_up_requests BIGINT,                                               -- of the refused, where whoever asked gave up most of them (status 499)
    silent_hosts VARCHAR,                                                   -- hosts that wrote nothing for long within it, and when
    kind_since TIMESTAMP,                                                   -- since when it is what kind says: it may have begun with slowness, say
    kind_until TIMESTAMP,                                                   -- until when: the last of it may be slowness again; NULL: beyond the logs
    kind_seconds BIGINT,                                                    -- how long of the time between, without the pauses
    site VARCHAR, site_failed BIGINT, site_requests BIGINT,                 -- where the failures (refusals) are those of one requested host: name, failures, requests
    latency_ms DOUBLE, latency_usual_ms DOUBLE,                             -- where it was slow: how long a request took while it was, and what the same routes usually take
    seen VARCHAR,                                                           -- the part of the summary that was seen: what the verdict concludes comes after it
    participants_failed BIGINT, participants_affected BIGINT,               -- failed requests of those who took part, and how many of them met one
    failed_unnamed BIGINT,                                                  -- failed requests that name no account, where somebody took part
    lead VARCHAR                                                            -- where nobody is blamed: whose load it was, or what half a log says of it, and what of it was ruled known; who came after the first failures
);
CREATE TABLE IF NOT EXISTS phases (incident_id VARCHAR, phase VARCHAR, started_at TIMESTAMP, ended_at TIMESTAMP);
CREATE TABLE IF NOT EXISTS incident_minutes (                               -- the picture: one row per minute from before the ramp to after the end
    incident_id VARCHAR, minute TIMESTAMP, requests BIGINT, failed BIGINT, expected_requests DOUBLE, latency_ms DOUBLE, capacity_requests DOUBLE
);
CREATE TABLE IF NOT EXISTS attributions (
    incident_id VARCHAR, rank BIGINT, subject_type VARCHAR, subject_id VARCHAR, actor_id VARCHAR, excess_requests DOUBLE, load_share DOUBLE,
    likelihood DOUBLE, p_value DOUBLE, smallest_p DOUBLE,
    part VARCHAR,                                                           -- one account, route or agent of it that made the load
    excess_work DOUBLE,                                                     -- where load is weighted by service time: as much as so many usual requests
    called VARCHAR,                                                         -- of a wide network: the smallest that holds the addresses
    origin VARCHAR                                                          -- of load without an account: addresses, agent, what was asked for
);
CREATE TABLE IF NOT EXISTS actor_minutes (                                  -- load of each attributed actor or network; the rest: actor_id NULL
    incident_id VARCHAR, minute TIMESTAMP, actor_id VARCHAR, requests BIGINT, failed BIGINT
);
CREATE TABLE IF NOT EXISTS counterfactuals (                                -- what the minute would have been without the actor; NULL: refused
    incident_id VARCHAR, actor_id VARCHAR, minute TIMESTAMP, requests DOUBLE, failed DOUBLE, failed_low DOUBLE, failed_high DOUBLE,
    latency_ms DOUBLE, latency_low DOUBLE, latency_high DOUBLE, basis VARCHAR
);
CREATE TABLE IF NOT EXISTS rivals (
    incident_id VARCHAR, explanation VARCHAR, likelihood DOUBLE, evidence_for VARCHAR[], evidence_against VARCHAR[], evidence_wanted VARCHAR[]
);
CREATE TABLE IF NOT EXISTS participants (
    incident_id VARCHAR, actor_id VARCHAR, account_id VARCHAR,
    role VARCHAR,                                                           -- participant | known: so ruled, never blamed | uninvolved
    requests BIGINT, load_share DOUBLE, first_at TIMESTAMP,
    last_at TIMESTAMP, evidence_id VARCHAR, line BIGINT,
    why VARCHAR                                                             -- known singly or jointly, and by what; of the uninvolved: not shown, or not seen in any log
);
CREATE TABLE IF NOT EXISTS network_accounts (                               -- accounts known at addresses that a load without an account came from
    incident_id VARCHAR, network VARCHAR, address VARCHAR,
    how VARCHAR,                                                            -- opened from | seen at | let in at (passwords are tried there)
    account_id VARCHAR, actor_id VARCHAR, first_at TIMESTAMP, last_at TIMESTAMP, uses BIGINT, evidence_id VARCHAR, line BIGINT
);
CREATE TABLE IF NOT EXISTS automation (                                     -- how machine-like a subject asks, with reasons
    subject_type VARCHAR, subject_id VARCHAR, score DOUBLE, likelihood DOUBLE, reasons VARCHAR[]
);
CREATE TABLE IF NOT EXISTS taken (
    actor_id VARCHAR, account_id VARCHAR, object_kind VARCHAR, objects BIGINT,
    pairs BIGINT,                                                           -- counted once, with the kind that is fetched first
    requests BIGINT, served BIGINT, bytes BIGINT,
    first_at TIMESTAMP, last_at TIMESTAMP, evidence_id VARCHAR, line BIGINT
);
CREATE TABLE IF NOT EXISTS taken_totals (                                   -- by actor: what several accounts fetched is one object
    actor_id VARCHAR, object_kind VARCHAR, accounts BIGINT, objects BIGINT, pairs BIGINT,
    apart BIGINT,                                                           -- pairs of which one half was served without an account there
    requests BIGINT, served BIGINT, bytes BIGINT, first_at TIMESTAMP, last_at TIMESTAMP,
    redirected BIGINT,                                                      -- objects never handed over, but answered with a redirect
    catalogue BIGINT, catalogue_share DOUBLE                                -- objects of the kind that anybody was served
);
CREATE TABLE IF NOT EXISTS taken_incidents (                                -- by incident: what its participants were served together
    incident_id VARCHAR, object_kind VARCHAR, accounts BIGINT, objects BIGINT, pairs BIGINT, apart BIGINT, requests BIGINT, served BIGINT,
    bytes BIGINT, redirected BIGINT
);
CREATE TABLE IF NOT EXISTS response (
    incident_id VARCHAR, measure VARCHAR, scope VARCHAR, accounts_hit BIGINT, uninvolved_hit BIGINT, load_covered DOUBLE, basis VARCHAR
);
CREATE TABLE IF NOT EXISTS response_accounts (                              -- whom each measure would hit, by name
    incident_id VARCHAR, measure VARCHAR, account_id VARCHAR, involved BOOLEAN, requests BIGINT, ordinary_use VARCHAR
);
CREATE TABLE IF NOT EXISTS timeline (
    incident_id VARCHAR, occurred_at TIMESTAMP, event_type VARCHAR, message VARCHAR, observed BOOLEAN, actor_id VARCHAR, account_id VARCHAR,
    evidence_id VARCHAR, line BIGINT, rows BIGINT, likelihood DOUBLE
);

-- What people ruled, as the rooms that obey it read it: the latest ruling on each subject.
CREATE OR REPLACE VIEW rulings_in_force AS
SELECT ruling, verdict, subject_type, subject, other, why
FROM rulings
QUALIFY row_number() OVER (PARTITION BY subject_type, subject, other ORDER BY ruling DESC) = 1;

CREATE OR REPLACE VIEW ruled_pairs AS                                       -- verdict confirm | reject: these two accounts are (not) one actor
SELECT verdict, subject AS account_id, other AS other_account_id, why
FROM rulings_in_force
WHERE subject_type = 'account' AND other IS NOT NULL AND verdict IN ('confirm', 'reject');

CREATE OR REPLACE VIEW ruled_identifiers AS                                 -- account_id NULL: the identifier links nobody (or everybody)
SELECT
    verdict, other AS account_id, split_part(subject, ':', 1) AS identifier_type,
    substr(subject, strpos(subject, ':') + 1) AS identifier_value, why
FROM rulings_in_force
WHERE subject_type = 'identifier' AND verdict IN ('confirm', 'reject');

CREATE OR REPLACE VIEW known_subjects AS                                    -- partners, monitors, load tests: never to be blamed
SELECT subject_type, subject, why
FROM rulings_in_force
WHERE verdict = 'known' AND other IS NULL;

-- The views of the contract over them ------------------------------------------------------------------------------

CREATE OR REPLACE VIEW outcomes_logged AS                                   -- whether hardly anything but failures was logged (nginx' map $status $loggable)
SELECT coalesce(sum(answered) > 0 AND sum(answered) - sum(failed) - sum(refused) <= 0.01 * sum(answered), FALSE) AS only_failures
FROM service_minutes;
CREATE OR REPLACE VIEW evidence AS
SELECT
    f.evidence_id, f.path, f.sha256, f.size_bytes, f.kind, f.format, f.host, coalesce(f.given_tier, t.tier, f.format_tier) AS tier,
    f.time_zone, f.time_zone_source, f.time_basis, f.lines, f.parsed - coalesce(d.duplicates, 0) AS events, f.rejected, f.skipped,
    coalesce(d.duplicates, 0) AS duplicates, f.first_at, f.last_at, f.loaded_at, coalesce(t.counted, TRUE) AS counted,
    coalesce(t.clock_offset_seconds, 0) AS clock_offset_seconds, t.why AS tier_why, f.format_share, f.backward_steps, f.assumptions
FROM evidence_files AS f
LEFT JOIN tiers AS t USING (evidence_id)
LEFT JOIN (SELECT evidence_id, count(*) AS duplicates FROM duplicates GROUP BY evidence_id) AS d USING (evidence_id);

CREATE OR REPLACE VIEW links AS                                             -- which account has which shared value, and what that says
SELECT
    v.identifier_type, v.identifier_value, m.account_id,
    CASE
        WHEN t.level = 'organisation' THEN coalesce(m.organisation_id, m.payer_id, m.actor_id) ELSE coalesce(m.payer_id, m.actor_id)
    END AS actor_id,
    e.weight_bits, e.kept, coalesce(d.why, e.why) AS why, t.family, u.evidence_id, u.line
FROM value_uses AS u
JOIN shared_values AS v USING (value_no)
JOIN identifier_types AS t USING (identifier_type)
JOIN actor_accounts AS m USING (account_no)
LEFT JOIN use_verdicts AS d ON d.value_no = u.value_no AND d.account_no = u.account_no
JOIN value_verdicts AS e ON e.value_no = u.value_no AND e.group_no = coalesce(d.group_no, -1)
UNION ALL
FROM written_links;

CREATE OR REPLACE VIEW actor_members AS                                     -- every account of every actor, at every level
WITH RECURSIVE members AS (
    SELECT actor_id, account_id FROM actor_accounts
    UNION
    SELECT a.parent_actor_id, m.account_id
    FROM members AS m
    JOIN actors AS a ON a.actor_id = m.actor_id
    WHERE a.parent_actor_id IS NOT NULL
)
SELECT actor_id, account_id FROM members;

CREATE OR REPLACE VIEW account_actors AS                                    -- the actor that an account's load is counted to:
SELECT m.account_id, arg_max(m.actor_id, a.accounts) AS actor_id            -- the widest one, but never an organisation
FROM actor_members AS m
JOIN actors AS a ON a.actor_id = m.actor_id
WHERE a.level <> 'same organisation'
GROUP BY m.account_id;
