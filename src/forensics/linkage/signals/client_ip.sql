-- title: the same client address
-- why: who comes from one address may be one person, one office, or everybody behind one exit: never enough by itself
-- weigh: family=network level=operator m=0.5 chance=1 owner=none
CREATE OR REPLACE TEMP VIEW signal AS
SELECT account_id, 'client_ip' AS identifier_type, client_ip AS identifier_value, first_at, last_at, uses, evidence_id, line FROM account_addresses;
