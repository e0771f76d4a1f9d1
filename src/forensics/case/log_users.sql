-- title: who made a request: the user that the log names
-- why: a part of the view `events`, where no API keys are known
-- parameters: none
e.user_name = u.key
