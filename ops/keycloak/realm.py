#!/usr/bin/env python3
"""Writes adhere-realm.json: the identities of the demo, as Keycloak imports them.

    python3 ops/keycloak/realm.py            writes the file beside this script
    python3 ops/keycloak/realm.py --check    fails if the file is not what would be written

A client's service account gets the client id as its own id, so that `sub` says who one is; a realm role becomes an
entry of the claim `roles`. People sign in by their user name, which is their pseudonym: in the page for users it becomes
`sub`; the dashboard reads it from a claim of its own.
"""
import json
import sys
from pathlib import Path

SECRET = "demo"
TOKEN_LIVES_SECONDS = 3600
ROLES = ["user", "coach", "editor", "admin", "ops"]
IDENTITIES = {
    **{f"user-{n:03d}": "user" for n in [*range(1, 26), 900]},
    "coach-anna": "coach",
    "coach-ben": "coach",
    "editor": "editor",
    "admin": "admin",
    "ops": "ops",
}


# Sign in with a browser, too: coaches to the dashboard, users to their page.
PEOPLE = {name: role for name, role in IDENTITIES.items() if role in ("coach", "user")}


def mapper(name, kind, **config):
    return {
        "name": name,
        "protocol": "openid-connect",
        "protocolMapper": kind,
        "config": {"access.token.claim": "true", "introspection.token.claim": "true"}
        | {key.replace("_", "."): value for key, value in config.items()},
    }


def in_browsers(client, redirect, scopes, name_as):
    """A public client for the code flow with PKCE, whose tokens have the person's user name in the claim `name_as`."""
    return {
        "clientId": client,
        "enabled": True,
        "protocol": "openid-connect",
        "publicClient": True,
        "standardFlowEnabled": True,
        "directAccessGrantsEnabled": False,
        "fullScopeAllowed": False,
        "redirectUris": [redirect],
        "attributes": {"pkce.code.challenge.method": "S256"},
        "defaultClientScopes": scopes,
        "protocolMappers": [
            mapper(
                "name",
                "oidc-usermodel-property-mapper",
                user_attribute="username",
                claim_name=name_as,
                jsonType_label="String",
                id_token_claim="true",
            )
        ],
    }


REALM = {
    "realm": "adhere",
    "enabled": True,
    "accessTokenLifespan": TOKEN_LIVES_SECONDS,
    "roles": {"realm": [{"name": role} for role in ROLES]},
    "clientScopes": [
        {
            "name": "adhere",
            "description": "What Adhere reads of a token",
            "protocol": "openid-connect",
            "attributes": {"include.in.token.scope": "false"},
            "protocolMappers": [
                mapper(
                    "roles",
                    "oidc-usermodel-realm-role-mapper",
                    claim_name="roles",
                    multivalued="true",
                    jsonType_label="String",
                    id_token_claim="true",
                ),
                mapper("audience", "oidc-audience-mapper", included_custom_audience="adhere"),
            ],
        },
        {
            "name": "adhere-account",
            "description": "The account's own id as sub",
            "protocol": "openid-connect",
            "attributes": {"include.in.token.scope": "false"},
            "protocolMappers": [mapper("sub", "oidc-sub-mapper")],
        },
    ],
    "defaultDefaultClientScopes": ["adhere", "adhere-account"],
    "clients": [
        {
            "clientId": client,
            "enabled": True,
            "protocol": "openid-connect",
            "clientAuthenticatorType": "client-secret",
            "secret": SECRET,
            "publicClient": False,
            "standardFlowEnabled": False,
            "directAccessGrantsEnabled": False,
            "serviceAccountsEnabled": True,
            "fullScopeAllowed": True,
            "defaultClientScopes": ["adhere", "adhere-account"],
        }
        for client in IDENTITIES
    ]
    + [
        # A person's id is the provider's own here; who they are to Adhere is their user name.
        in_browsers(
            "adhere-dashboard",
            "http://localhost:8083/login/oauth2/code/adhere",
            ["adhere", "adhere-account"],
            "preferred_username",
        ),
        in_browsers("adhere-user-page", "http://localhost:8084/", ["adhere"], "sub"),
    ],
    # A token of the page says no more of a person than that they are a user, one of the dashboard no more than coach.
    "scopeMappings": [
        {"client": "adhere-dashboard", "roles": ["coach"]},
        {"client": "adhere-user-page", "roles": ["user"]},
    ],
    "users": [
        {
            "id": client,
            "username": f"service-account-{client}",
            "enabled": True,
            "serviceAccountClientId": client,
            "realmRoles": [role],
        }
        for client, role in IDENTITIES.items()
    ]
    + [
        {
            "username": name,
            "enabled": True,
            "firstName": name,
            "lastName": "demo",
            "email": f"{name}@example.org",
            "emailVerified": True,
            "credentials": [{"type": "password", "value": SECRET, "temporary": False}],
            "realmRoles": [role],
        }
        for name, role in PEOPLE.items()
    ],
}


def main():
    file = Path(__file__).with_name("adhere-realm.json")
    text = json.dumps(REALM, indent=1) + "\n"
    if sys.argv[1:] == ["--check"]:
        sys.exit(0 if file.read_text() == text else f"{file} is stale: run {sys.argv[0]}")
    file.write_text(text)


if __name__ == "__main__":
    main()
