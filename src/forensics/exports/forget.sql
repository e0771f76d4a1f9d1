-- title: forget the accounts of an earlier analysis
-- why: resolving starts from what is loaded now
-- parameters: none
DELETE FROM account_aliases;
DELETE FROM account_customers;
DELETE FROM ambiguous_keys;
DELETE FROM accounts;
DELETE FROM payments;
