"""What loggers call whoever asked: users, accounts, API keys, sessions, devices.

Some formats leave it to whoever runs the service which keys a record has beside those that make it recognisable (nginx' and HAProxy's
``log-format``, Envoy's ``json_format``, headers and cookies that Traefik and Caddy keep). A name for who asked is understood in
all of them alike: a log in which nobody has a name says what happened, and never to whom or by whom.
"""

from __future__ import annotations

from dataclasses import replace

from forensics.formats.json_format import JsonKeys

USER = (
    *("user_name", "username", "userName", "remote_user", "user>name", "user.name", "uname", "user>id", "user.id"),
    *("user>email", "user.email"),
    *("user_id", "userId", "userID", "user", "usr>id", "usr.id", "enduser.id", "account", "login", "authenticated_user", "principal"),
    *("attributes>enduser.id", "attributes>user.id", "req>user", "req>user>id", "request>user", "consumer>username", "remoteUser"),
    *(
        "cs-username",
        "cs_username",
        "client>user>name",
        "client.user.name",
        "source>user>name",
        "current_user",
        "currentUser",
        "sub",
        "auth_user",
    ),
    *(
        "userid",
        "user-id",
        "uid",
        "email",
        "user>username",
        "jwt>sub",
        "jwt.sub",
        "jwt_sub",
        "jwt_claim_sub",
        "jwt>claims>sub",
        "claims>sub",
    ),
    *("token>sub", "auth>sub", "auth>user_id", "auth>userId", "auth>uid", "user>sub", "identity>sub", "principal>id", "requester>id"),
    *("context>user_id", "context>userId", "context>user>id", "actor>id", "req>auth>sub", "req>user>sub", "request>user_id"),
    *("csUserName", "CsUsername", "Properties>UserName", "AuthenticatedUser", "requester"),
    *("user_email", "userEmail", "usr>email", "usr.email", "email_address", "emailAddress", "account_email", "accountEmail"),
    *("user_login", "userLogin", "member_id", "memberId", "attributes>user.email", "claims>email", "jwt>email", "auth>email"),
    *("SrcUsername", "actor>user>name", "principal>user>userid", "meta>user", "meta>user>id", "meta>userId"),
    "auth",  # after all others: the user in what Logstash makes of a line, elsewhere how somebody proved who he is (saml)
)
ACCOUNT = ("account_id", "accountId", "account>id")
"""Who asked, where nothing names a user."""
IDENTITIES = {
    "session_id": ("session_id", "sessionId", "session", "session>id", "session.id", "sid", "sessionID", "req>session>id"),
    "api_key": (
        "api_key",
        "apiKey",
        "apikey",
        "api_key_id",
        "apiKeyId",
        "key_id",
        "keyId",
        "token_id",
        "client_id",
        "clientId",
        "x_api_key_id",
        "x-api-key-id",
        "x_api_key",
        "x-api-key",
    ),
    "device_id": (
        *("device_id", "deviceId", "device>id", "device.id", "fingerprint", "device_fingerprint", "visitor_id", "visitorId"),
        *("client>device_id", "client>deviceId", "client.device_id", "context>device>id", "device>fingerprint"),
    ),
    "account_id": (
        *("account_id", "accountId", "tenant_id", "tenantId", "customer_id", "customerId", "org_id", "orgId", "organization_id"),
        *("organizationId", "workspace_id", "workspaceId", "team_id", "teamId", "account>id", "consumer>id"),
    ),
}
"""Key of ``extra`` -> the names that loggers give to it."""


def with_identities(keys: JsonKeys) -> JsonKeys:
    """Return keys that also know everybody's names for who asked, after the format's own.

    Names of headers are not among them: whoever asks writes those as he likes.
    """
    own = {path for role, paths in (*keys.roles.items(), *keys.extra.items()) if role not in _ASKERS for path in paths}

    def more(paths: tuple[str, ...], common: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*paths, *(path for path in common if path not in own))))

    roles = {**keys.roles, "user": more(keys.roles.get("user", ()), USER), "account": more(keys.roles.get("account", ()), ACCOUNT)}
    known = {key: more(keys.extra.get(key, ()), names) for key, names in IDENTITIES.items()}
    return replace(keys, roles=roles, extra={**keys.extra, **known})


_ASKERS = ("user", "account", *IDENTITIES)
