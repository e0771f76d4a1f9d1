-- title: whether any log names its callers by API keys that are known
-- why: see events.sql
-- parameters: none
SELECT count(*) > 0 AS keyed FROM account_aliases WHERE source = 'log' AND key_type = 'api_key'
