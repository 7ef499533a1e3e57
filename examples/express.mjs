/**
 * A portal with a back end in Node: Express and openid-client, an ordinary OpenID client of Portico.
 * README.md says how to run it.
 */

import express from "express";
import session from "express-session";
import * as client from "openid-client";

const { PORTICO_ISSUER, PORTAL_CLIENT_ID, PORTAL_CLIENT_SECRET, PORTAL_URL } = process.env;

const isLocal = PORTICO_ISSUER.startsWith("http://");
const portico = await client.discovery(
  new URL(PORTICO_ISSUER),
  PORTAL_CLIENT_ID,
  undefined,
  client.ClientSecretBasic(PORTAL_CLIENT_SECRET),
  // Only a Portico on this machine (make run) is without TLS.
  { execute: [client.enableNonRepudiationChecks, ...(isLocal ? [client.allowInsecureRequests] : [])] },
);

const app = express();
// In memory, for one process. A real portal keeps sessions in a store, and its secret elsewhere.
app.use(
  session({
    secret: crypto.randomUUID(),
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: "lax", secure: PORTAL_URL.startsWith("https:") },
  }),
);

const page = (body) => `<!doctype html><meta charset="utf-8"><title>Help center</title><h1>Help center</h1>${body}`;
const escaped = (text) => text.replace(/[&<>"]/g, (each) => `&#${each.charCodeAt(0)};`);
const trouble = page('<p role="alert">You are not signed in.</p><a href="/login">Try again</a>');

app.get("/", (req, res) => {
  const { claims } = req.session;
  if (!claims) return res.send(page('<p role="status">You are not signed in.</p><a href="/login">Sign in</a>'));
  const signOut = '<form method="post" action="/sign-out"><button>Sign out</button></form>';
  res.send(page(`<p role="status">Hello, ${escaped(claims.name)}</p>${signOut}`));
});

app.get("/tickets/:id", (req, res) => {
  if (!req.session.claims) return res.redirect(303, `/login?to=${encodeURIComponent(req.originalUrl)}`);
  res.send(page(`<p role="status">Ticket ${escaped(req.params.id)} of ${escaped(req.session.claims.name)}</p>`));
});

app.get("/login", async (req, res) => {
  const { to = "/" } = req.query;
  const state = client.randomState();
  const kept = {
    // A path of this portal, and never another site.
    to: new URL(`${to}`, PORTAL_URL).origin === PORTAL_URL ? `${to}` : "/",
    verifier: client.randomPKCECodeVerifier(),
    nonce: client.randomNonce(),
  };
  // Two tabs may sign in at once, so each sign-in has an entry of its own. Eight are enough.
  const others = Object.entries(req.session.begun ?? {}).slice(-7);
  req.session.begun = Object.fromEntries([...others, [state, kept]]);
  const url = client.buildAuthorizationUrl(portico, {
    redirect_uri: `${PORTAL_URL}/callback`,
    scope: "openid email profile",
    state,
    nonce: kept.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(kept.verifier),
    code_challenge_method: "S256",
  });
  res.redirect(303, url.href);
});

app.get("/callback", async (req, res) => {
  const { [req.query.state]: kept, ...begun } = Object.assign(Object.create(null), req.session.begun);
  if (!kept) return res.status(400).send(trouble);
  req.session.begun = begun;
  let tokens;
  try {
    tokens = await client.authorizationCodeGrant(portico, new URL(PORTAL_URL + req.url), {
      pkceCodeVerifier: kept.verifier,
      expectedState: req.query.state,
      expectedNonce: kept.nonce,
      idTokenExpected: true,
    });
  } catch (error) {
    console.error(error);
    return res.status(400).send(trouble);
  }
  // A session that nobody could know before.
  req.session.regenerate(() => {
    Object.assign(req.session, { begun, claims: tokens.claims(), idToken: tokens.id_token });
    res.redirect(303, kept.to);
  });
});

app.post("/sign-out", (req, res) => {
  const { idToken } = req.session;
  const url = client.buildEndSessionUrl(portico, {
    ...(idToken && { id_token_hint: idToken }),
    post_logout_redirect_uri: `${PORTAL_URL}/`,
  });
  req.session.destroy(() => res.redirect(303, url.href));
});

const { hostname, port } = new URL(PORTAL_URL);
app.listen(Number(port), hostname, () => console.log(`Open ${PORTAL_URL}`));
