/** A portal's back end with the lines of docs/portals/openid-client.md, which lie beside this file when it runs. */

import { answer } from "./line_by_line.mjs";
import * as portico from "./portico.mjs";

let session = {};
let claims;
let tokens;

await answer({
  forgets() {
    session = {};
  },
  begins: ({ to, more }) => portico.begin(session, to, more),
  async finishes({ url }) {
    let to;
    ({ claims, tokens, to } = await portico.finish(session, url));
    return { claims, access_token: tokens.access_token, to };
  },
  async refreshes() {
    tokens = await portico.refresh(tokens);
    return { claims: tokens.claims(), access_token: tokens.access_token };
  },
  userinfo: () => portico.userinfo(tokens, claims),
  signs_out: ({ state }) => portico.signOutUrl(tokens, state ? { state } : {}),
  gives_back: () => portico.giveBack(tokens),
  asked: ({ query }) => portico.asked(new URLSearchParams(query)) ?? null,
});
