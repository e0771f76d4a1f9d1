-- title: what a path, an address and a status are, for everything that counts
-- why: rollups, attribution and `taken` must cut paths, addresses and statuses in the same way.
--        path_mask(path)      cheap first cut of a path: long tokens and numbers of three and more digits become {id}; it is the key of
--                             `route_masks(mask, route_id)`, so a request's route is: JOIN route_masks AS m ON m.mask = path_mask(path)
--        path_object(path)    the thing that was asked for: the last id in the path, else its last segment without extension;
--                             `/v1/jobs/812` and `/cdn/images/812.png` are both 812, `/gen/7f3k2m9q` and `/img/7f3k2m9q/0.webp` both 7f3k2m9q
--        route_object(path, route)  the same where the route is known: what stands where the route has its last id, whatever it looks like
--                             (`/img/aBcDeFgHiJk/full.webp` under `/img/{id}/full.webp`); sizes and numbers of pictures are passed over
--        network_of(address)  '198.18.3.0/24', '2001:db8:1:2::/64', or the text itself where it is no address
--        lasting(length)      an interval as a person says it, as incidents/times.py has it: 40 s, 12 min, 26 h 20 min, 3 d 4 h
--        is_failed, is_refused, is_served (status)
--        program_of(user_agent)  the name before the version; of what calls itself Mozilla, as browsers and crawlers do, what the first brackets say
--                             of it, without minor versions: 'okhttp', 'Linux; Android 7', 'compatible; Googlebot/2'
--        is_declared_robot(user_agent)  whether an agent says that it is a robot: its name, or the address where it explains itself
--        client_of(kind, account_id, network, agent_id)  the one of them that a client of that kind is known by
--        of_scope(part, scope, host, backend, route, user_agent)  whether what one of these made is of an incident's scope, which is such a part, or everything
--        hands_over(status, method)  whether the answer carried the thing: not a 204, a 304, or the answer to a HEAD or to an upload
--      A UUID, a run of 24 or more letters and digits, a run of 12 or more hex digits and a number are ids (RE2, leftmost first);
--      so is, for `path_object`, a shorter run in which letters and digits take turns. A number of one or two digits beside any of them is
--      the picture, page or part of it.
-- parameters: none

CREATE OR REPLACE MACRO path_mask(path) AS regexp_replace(
    path,
    '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[0-9A-Za-z_]{24,}|[0-9a-fA-F]{12,}|[0-9]{3,}',
    '{id}', 'g'
);

-- A path without its version, the endings of its files (long numbers are none: j.2019.31001), the sizes of its pictures and what names a kind of id ("gen_" of "gen_7f3k2m9q").
CREATE OR REPLACE MACRO path_bare(path) AS regexp_replace(
    path,
    '^/?v[0-9]+/|(?:@[0-9]x)?\.(?:[0-9A-Za-z]{0,3}[A-Za-z][0-9A-Za-z]{0,3}|[0-9]{1,2})$|[_-]?[0-9]{2,4}x[0-9]{2,4}(?:\.[0-9A-Za-z]{1,5})?(?:$|/)'
    || '|/[a-z]{3,12}_', '/', 'g'
);

CREATE OR REPLACE MACRO path_ids(path) AS regexp_extract_all(
    path_bare(path),
    '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[0-9A-Za-z_]{24,}'
    || '|[0-9A-Za-z]*(?:[A-Za-z][0-9]+[A-Za-z]|[0-9][A-Za-z]+[0-9])[0-9A-Za-z]*|[0-9a-fA-F]{12,}'
    || '|[A-Za-z]{6,}[0-9]{1,2}\b|\b[0-9]{1,2}[A-Za-z]{6,}|[0-9]+'
);

CREATE OR REPLACE MACRO path_object(path) AS coalesce(
    nullif(list_last(list_filter(path_ids(path), lambda i: regexp_full_match(i, '[0-9]{3,}') OR length(i) >= 6)), ''),
    nullif(list_last(regexp_extract_all(path_bare(path), '[0-9]+')), ''),
    nullif(regexp_extract(path, '([^/.]+)(?:\.[^/]*)?/?$', 1), '')
);

CREATE OR REPLACE MACRO path_places(path, route) AS list_filter(
    list_transform(string_split(path, '/'), lambda s, i: CASE WHEN contains(string_split(route, '/')[i], '{id}') THEN s END),
    lambda s: coalesce(s, '') <> ''
);

CREATE OR REPLACE MACRO path_placed(path, route) AS coalesce(
    list_last(list_filter(path_places(path, route), lambda s: NOT regexp_full_match(s, '(?:[0-9]{1,2}|[0-9]{3,4}p|[wh][0-9]{2,4}|[0-9]{2,4}x[0-9]{2,4})(?:\.[0-9A-Za-z]+)?'))),
    list_last(path_places(path, route))
);

CREATE OR REPLACE MACRO route_object(path, route) AS coalesce(
    nullif(list_last(list_filter(path_ids('/' || path_placed(path, route)), lambda i: regexp_full_match(i, '[0-9]{3,}') OR length(i) >= 6)), ''),
    nullif(regexp_extract(path_placed(path, route), '^(?:[A-Za-z]{3,}[-_.]?)?([0-9]+)(?:\.[0-9A-Za-z]+)?$', 1), ''),
    nullif(regexp_extract(path_placed(path, route), '^(.+?)(?:\.[0-9A-Za-z]{1,5})?$', 1), ''),
    path_object(path)
);

CREATE OR REPLACE MACRO network_of(address) AS CASE
    WHEN regexp_full_match(address, '(?:::ffff:)?[0-9]{1,3}(?:\.[0-9]{1,3}){3}')
        THEN regexp_replace(replace(address, '::ffff:', ''), '[0-9]+$', '0/24')
    WHEN regexp_full_match(address, '[0-9a-fA-F:]+') AND contains(address, ':')
        THEN regexp_replace(
                list_aggregate(
                    list_transform(
                        (
                            list_filter(string_split(split_part(lower(address), '::', 1), ':'), lambda g: g <> '')
                            || list_transform(
                                range(8 - len(list_filter(string_split(address, ':'), lambda g: g <> ''))), lambda n: '0'
                            )
                            || list_filter(string_split(split_part(lower(address), '::', 2), ':'), lambda g: g <> '')
                        )[1:4],
                        lambda g: regexp_replace(g, '^0+([0-9a-f])', '\1')
                    ),
                    'string_agg', ':'
                ),
                '(^|:)0(:0)*$', ''
        ) || '::/64'
    ELSE address
END;

CREATE OR REPLACE MACRO is_failed(status) AS coalesce(status >= 500, FALSE);
CREATE OR REPLACE MACRO is_refused(status) AS coalesce(status BETWEEN 400 AND 499, FALSE);
CREATE OR REPLACE MACRO program_of(user_agent) AS nullif(
    CASE
        WHEN starts_with(user_agent, 'Mozilla/')
            THEN regexp_replace(regexp_extract(user_agent, '\(([^;)]*(?:;[^;)]*)?)', 1), '([0-9]+)[._][0-9._]+', '\1', 'g')
        ELSE trim(split_part(user_agent, '/', 1))
    END, ''
);
CREATE OR REPLACE MACRO is_declared_robot(user_agent) AS regexp_matches(user_agent, '(?i)bot\b|crawl|spider|https?://');
CREATE OR REPLACE MACRO of_scope(part, scope, host, backend, route, user_agent) AS CASE part
    WHEN 'host' THEN host = scope WHEN 'backend' THEN backend = scope WHEN 'route' THEN route = scope
    WHEN 'program' THEN program_of(user_agent) = scope ELSE TRUE
END;
CREATE OR REPLACE MACRO client_of(kind, account_id, network, agent_id) AS CASE kind
    WHEN 'account' THEN account_id WHEN 'network' THEN network ELSE CAST(agent_id AS VARCHAR)
END;
CREATE OR REPLACE MACRO hands_over(status, method) AS coalesce(
    status BETWEEN 200 AND 299 AND status NOT IN (204, 205)
    AND coalesce(upper(method), 'GET') NOT IN ('HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE'), FALSE
);
CREATE OR REPLACE MACRO is_served(status) AS coalesce(status BETWEEN 200 AND 299, FALSE);

CREATE OR REPLACE MACRO whole_minutes(length) AS CAST(round_even(round_even(epoch(length), 0) / 60, 0) AS BIGINT);
CREATE OR REPLACE MACRO lasting(length) AS CASE
    WHEN round_even(epoch(length), 0) < 120 THEN format('{} s', CAST(round_even(epoch(length), 0) AS BIGINT))
    WHEN whole_minutes(length) < 120 THEN format('{} min', whole_minutes(length))
    WHEN whole_minutes(length) < 2880 THEN format('{} h {} min', whole_minutes(length) // 60, whole_minutes(length) % 60)
    ELSE format('{} d {} h', whole_minutes(length) // 1440, whole_minutes(length) % 1440 // 60)
END;
