-- title: who made a request: the user that the log names, else the owner of the API key
-- why: a part of the view `events`, where API keys are known; elsewhere nobody waits for the keys to be read
-- parameters: none
u.key_type = CASE WHEN e.user_name IS NULL THEN 'api_key' ELSE 'user_name' END AND coalesce(e.user_name, e.extra['api_key']) = u.key
