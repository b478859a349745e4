// OpenID Connect's code flow with PKCE, as a public client. The access token stays in this tab.

import { now } from "/clock.js";

const KEPT = "adhere/signed-in";
const BEGUN = "adhere/sign-in";

const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const secret = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
const here = () => `${location.origin}/`;

/** Leaves for the provider's page. */
export async function begin(settings) {
  const begun = { state: secret(), nonce: secret(), verifier: secret() };
  sessionStorage.setItem(BEGUN, JSON.stringify(begun));
  const challenge = base64url(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(begun.verifier)));
  const query = new URLSearchParams({
    response_type: "code", client_id: settings.clientId, redirect_uri: here(), scope: "openid", prompt: "login",
    state: begun.state, nonce: begun.nonce, code_challenge: challenge, code_challenge_method: "S256",
  });
  location.assign(`${settings.authorizationUri}?${query}`);
}

/** Whether the provider has sent the browser back with something. */
export const returned = () => new URLSearchParams(location.search).has("state");

/** Ends what was begun. True where somebody is signed in now. */
export async function complete(settings) {
  const query = new URLSearchParams(location.search);
  const begun = JSON.parse(sessionStorage.getItem(BEGUN) ?? "{}");
  sessionStorage.removeItem(BEGUN);
  history.replaceState(null, "", "/");
  if (!query.has("code") || !begun.state || query.get("state") !== begun.state) return false;
  const response = await fetch("/api/token", {
    method: "POST",
    credentials: "omit",
    body: new URLSearchParams({
      grant_type: "authorization_code", client_id: settings.clientId, redirect_uri: here(),
      code: query.get("code"), code_verifier: begun.verifier,
    }),
  });
  if (!response.ok) return false;
  const answer = await response.json();
  // It came from the provider itself, so that its signature has nothing to add.
  const claims = JSON.parse(new TextDecoder().decode(Uint8Array.from(
    atob(answer.id_token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0))));
  if (claims.nonce !== begun.nonce) return false;
  sessionStorage.setItem(KEPT, JSON.stringify({
    userId: claims.sub, roles: claims.roles ?? [], token: answer.access_token, until: now() + 1000 * answer.expires_in,
  }));
  return true;
}

/** Who is signed in: `{userId, roles, token, until}`; null where nobody is. */
export function signedIn() {
  return JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
}

/** The token is no good any more. Who it was stays known, so that what waits is not lost from sight. */
export function expire() {
  const kept = signedIn();
  if (kept) sessionStorage.setItem(KEPT, JSON.stringify({ ...kept, token: null }));
}

export const signOut = () => sessionStorage.clear();
