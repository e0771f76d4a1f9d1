-- title: no events
-- why: the relation behind the event views while no log is loaded
-- parameters: none
SELECT
    CAST(NULL AS VARCHAR) AS evidence_id, CAST(NULL AS BIGINT) AS line, CAST(NULL AS TIMESTAMP) AS timestamp,
    CAST(NULL AS TIMESTAMP) AS started_at, CAST(NULL AS VARCHAR) AS client_ip, CAST(NULL AS VARCHAR) AS user_name,
    CAST(NULL AS VARCHAR) AS method, CAST(NULL AS VARCHAR) AS host, CAST(NULL AS VARCHAR) AS path, CAST(NULL AS VARCHAR) AS query,
    CAST(NULL AS VARCHAR) AS protocol, CAST(NULL AS SMALLINT) AS status, CAST(NULL AS BIGINT) AS bytes_sent,
    CAST(NULL AS DOUBLE) AS duration_ms, CAST(NULL AS VARCHAR) AS referrer, CAST(NULL AS VARCHAR) AS user_agent,
    CAST(NULL AS VARCHAR) AS request, CAST(NULL AS MAP(VARCHAR, VARCHAR)) AS extra
WHERE FALSE
