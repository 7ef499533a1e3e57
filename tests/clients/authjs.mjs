/**
 * A portal with Auth.js and the lines of docs/portals/authjs.md, which lie beside this file when it
 * runs, and the browser at it: only cookies and addresses go between the two.
 */

import { Auth } from "@auth/core";
import { getToken } from "@auth/core/jwt";
import { config } from "./auth.mjs";
import { answer } from "./line_by_line.mjs";
import { login, signOut, trouble } from "./routes.mjs";

const { PORTAL_URL, AUTH_PORTICO_ISSUER } = process.env;
const cookies = new Map();
const { now } = Date;

if (process.env.ASKS_USERINFO) config.providers[0].idToken = false;
const quiet = () => {};
let refusal = null;
config.logger = { error: (error) => (refusal = error), warn: quiet, debug: quiet };

/** Send a request as the browser does, and keep the cookies of the answer. */
async function sends(to, path, more = {}) {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const response = await to(new Request(new URL(path, PORTAL_URL), { ...more, headers: { cookie, ...more.headers } }));
  for (const each of response.headers.getSetCookie()) {
    const [, name, value, rest] = /^([^=]+)=([^;]*)(.*)$/.exec(each);
    if (!value || /max-age=0(;|$)/i.test(rest)) cookies.delete(name);
    else cookies.set(name, value);
  }
  return response;
}

const auth = (request) => Auth(request, config);
const cookie = () => [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
const kept = () => getToken({ req: { headers: { cookie: cookie() } }, secret: config.secret });

async function session() {
  return (await sends(auth, "/auth/session")).json();
}

async function told() {
  const token = await kept();
  const claims = { sub: token.sub, name: token.name, email: token.email };
  return { claims, access_token: token.access_token, session: await session() };
}

await answer({
  forgets() {
    Date.now = now;
    cookies.clear();
  },
  async begins({ to }) {
    const query = new URLSearchParams({ iss: AUTH_PORTICO_ISSUER, target_link_uri: PORTAL_URL + to });
    return (await sends(login, `/login?${query}`)).headers.get("location");
  },
  async finishes({ url }) {
    refusal = null;
    const response = await sends(auth, url);
    if (refusal) throw refusal.cause?.err ?? refusal;
    return { ...(await told()), to: response.headers.get("location").replace(PORTAL_URL, "") };
  },
  async is_in_trouble() {
    const response = await sends(trouble, "/sign-in-trouble");
    return { status: response.status, to: response.headers.get("location"), text: await response.text() };
  },
  async refreshes() {
    // Auth.js goes by this clock: eleven minutes on, the access token is over.
    const before = Date.now;
    Date.now = () => before() + 11 * 60 * 1000;
    if ((await session()) === null) throw new Error("invalid_grant");
    return told();
  },
  async userinfo() {
    const { access_token } = await kept();
    const headers = { authorization: `Bearer ${access_token}` };
    return (await fetch(`${AUTH_PORTICO_ISSUER}/oauth2/userinfo`, { headers })).json();
  },
  async signs_out() {
    const response = await sends(signOut, "/sign-out", { method: "POST", headers: { origin: PORTAL_URL } });
    return response.headers.get("location");
  },
  async asked({ query }) {
    const response = await sends(login, `/login?${query}`);
    return response.status;
  },
  session,
  async signs_out_from({ origin }) {
    return (await sends(signOut, "/sign-out", { method: "POST", headers: { origin } })).status;
  },
});
