/** A page with oidc-client-ts and the lines of docs/portals/oidc-client-ts.md, without the browser around it. */

import { answer } from "./line_by_line.mjs";

class Kept extends Map {
  getItem = (key) => this.get(key) ?? null;
  setItem = (key, value) => void this.set(key, value);
  removeItem = (key) => void this.delete(key);
  key = (place) => [...this.keys()][place];
  get length() {
    return this.size;
  }
}
globalThis.sessionStorage = new Kept();
globalThis.localStorage = new Kept();
// What the library asks of a window: where it is, and to go elsewhere.
const gone = [];
globalThis.window = Object.assign(globalThis, {
  location: { assign: (url) => gone.push(url), replace: (url) => gone.push(url), origin: process.env.PORTAL_URL },
  self: globalThis,
  top: globalThis,
  addEventListener() {},
  removeEventListener() {},
});

const { finish, portico } = await import("./portico.mjs");
const { PORTICO_ISSUER: issuer, PORTAL_CLIENT_ID: clientId, PORTAL_URL: url } = process.env;
const manager = portico({ issuer, clientId, url });
const told = (user) => ({ claims: user.profile, access_token: user.access_token });

/** Where the page would go: the library waits for ever, since the page would be gone. */
async function leads(/** @type {() => Promise<void>} */ to) {
  const before = gone.length;
  const failed = new Promise((_, reject) => to().catch(reject));
  const left = new Promise((resolve) => {
    const look = setInterval(() => gone.length > before && resolve(clearInterval(look)), 5);
  });
  await Promise.race([failed, left]);
  return gone.at(-1);
}

await answer({
  forgets() {
    sessionStorage.clear();
    localStorage.clear();
  },
  begins: ({ to }) => leads(() => manager.signinRedirect({ state: to })),
  async finishes({ url: address }) {
    const { user, to } = await finish(manager, address);
    return { ...told(user), to };
  },
  async refreshes() {
    return told(await manager.signinSilent());
  },
  async userinfo() {
    const { access_token } = await manager.getUser();
    const headers = { authorization: `Bearer ${access_token}` };
    return (await fetch(`${issuer}/oauth2/userinfo`, { headers })).json();
  },
  signs_out: ({ state }) => leads(() => manager.signoutRedirect({ url_state: state || undefined })),
});
