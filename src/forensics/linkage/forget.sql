-- title: forget the identifiers and actors of an earlier analysis
-- why: linking starts from what is resolved now
-- parameters: none
DELETE FROM identifiers;
DELETE FROM links;
DELETE FROM actors;
DELETE FROM actor_accounts;
DELETE FROM possible_returns;
