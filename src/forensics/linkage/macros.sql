-- title: how names and addresses are compared
-- why: one place for the spelling rules that several signals need
-- parameters: none

-- Letters and digits only, in lower case, a blank before and after each word.
CREATE OR REPLACE TEMP MACRO plain_words(name) AS
    ' ' || trim(regexp_replace(regexp_replace(lower(strip_accents(name)), '[.''’]', '', 'g'), '[^\p{L}\p{N}]+', ' ', 'g')) || ' ';

CREATE OR REPLACE TEMP MACRO legal_form() AS
    '( (gmbh|mbh|ug|ag|kg|kgaa|ohg|gbr|ev|haftungsbeschrankt|inc|incorporated|llc|llp|lp|ltd|limited|plc|corp|corporation|co|company|'
    || 'sa|sas|sasu|sarl|srl|spa|bv|nv|oy|oyj|ab|as|asa|aps|pty|pte|pvt|private|kk|sl|slu|zoo|sp z o o|kft|doo|sro|eood|ood|ltda))+ $';

-- Without the legal form of a company ("LUMENWORKS LIMITED" is "Lumenworks Ltd").
CREATE OR REPLACE TEMP MACRO plain_name(name) AS trim(regexp_replace(plain_words(name), legal_form(), ' '));

-- A name on a bill with its postcode ("lumenworks, LW14QT").
CREATE OR REPLACE TEMP MACRO name_and_postcode(name, postcode) AS
    plain_name(name) || ', ' || upper(regexp_replace(postcode, '[^0-9A-Za-z]', '', 'g'));

-- A house with its postcode ("havenkade 12, 3071EL"): the number stands before the street or behind it, and "Straße" is "str."
CREATE OR REPLACE TEMP MACRO house_words(street) AS
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        trim(plain_words(street)),
        '(strasse|straße|str)( |$)', 'str\2'), '(^| )street( |$)', '\1st\2'), '(^| )(?:road|avenue|boulevard)( |$)', '\1\2'),
        '^(\d+ ?[a-z]?) (.*)$', '\2 \1');

CREATE OR REPLACE TEMP MACRO told_company(extra) AS coalesce(
    extra['company'], extra['company_name'], extra['organization'], extra['organisation'], extra['organization_name'], extra['organisation_name'],
    extra['org_name']
);

-- What exports say of accounts beside the columns of the contract, with where and when: every row of every export, and accounts that are
-- known from elsewhere.
CREATE OR REPLACE TEMP MACRO told_extras() AS TABLE
    SELECT r.account_id, r.extra, r.created_at AS seen, r.evidence_id, r.line
    FROM account_records AS r
    WHERE r.account_id IS NOT NULL AND r.account_id NOT IN (SELECT key FROM ambiguous_keys WHERE source = 'accounts') -- those are of two people
    UNION ALL
    SELECT a.account_id, a.extra, a.created_at, a.evidence_id, a.line FROM accounts AS a ANTI JOIN account_records AS r ON r.account_id = a.account_id
    UNION ALL
    SELECT account_id, extra, paid_at, evidence_id, line FROM payments WHERE account_id IS NOT NULL;

-- What stands for a client that the server cannot tell: a socket on its own machine, that machine itself, a word or a mask for nothing.
CREATE OR REPLACE TEMP MACRO is_nobodys_address(address) AS regexp_full_match(
    lower(address),
    'unix(:.*)?|@.*|/.*|localhost|127\.\d+\.\d+\.\d+|::1|0\.0\.0\.0|::|[x*.:]+'
    || '|[(<\[]?(unknown|null|nil|none|undefined|n/a|empty|hidden|masked|redacted|removed|filtered|anonymi[sz]ed)[)>\]]?'
);

-- The groups of an IPv6 address with :: written out, cut to the first four: its /64.
CREATE OR REPLACE TEMP MACRO network_of(address) AS
    CASE
        WHEN starts_with(address, '127.') OR address = '0.0.0.0' THEN NULL
        WHEN regexp_full_match(address, '\d{1,3}(\.\d{1,3}){3}') THEN regexp_replace(address, '\.\d+$', '.0/24')
        WHEN regexp_full_match(lower(address), '::ffff:\d{1,3}(\.\d{1,3}){3}') THEN regexp_replace(address[8:], '\.\d+$', '.0/24')
        WHEN contains(address, ':') AND NOT is_nobodys_address(address) THEN
            array_to_string(list_transform(
                (CASE
                    WHEN contains(address, '::') THEN list_concat(
                        list_filter(string_split(split_part(address, '::', 1), ':'), lambda g: g <> ''),
                        list_resize(CAST([] AS VARCHAR[]), greatest(0,
                            8 - length(list_filter(string_split(replace(address, '::', ':'), ':'), lambda g: g <> ''))), '0'),
                        list_filter(string_split(split_part(address, '::', 2), ':'), lambda g: g <> '')
                    )
                    ELSE string_split(address, ':')
                END)[1:4],
                lambda g: coalesce(nullif(ltrim(lower(g), '0'), ''), '0')
            ), ':') || '::/64'
    END;

-- What counts once within a family: for addresses the wider network (/16 or /32), for a type that no signal knows every value, else the type.
CREATE OR REPLACE TEMP MACRO block_of(family, identifier_type, identifier_value) AS
    CASE
        WHEN starts_with(family, 'brought') THEN identifier_value
        WHEN family <> 'network' THEN identifier_type
        WHEN contains(identifier_value, ':') THEN array_to_string(string_split(identifier_value, ':')[1:2], ':')
        ELSE array_to_string(string_split(identifier_value, '.')[1:2], '.')
    END;
