/** A portal's back end with the lines of docs/portals/openid-client.md, which lie beside this file when it runs. */

import { answer } from "./line_by_line.mjs";
import * as portico from "./portico.mjs";

let kept;
let claims;
let tokens;

await answer({
  async begins({ to, more }) {
    const begun = await portico.begin(to, more);
    kept = begun.kept;
    return begun.url;
  },
  async finishes({ url }) {
    ({ claims, tokens } = await portico.finish(url, kept));
    return { claims, access_token: tokens.access_token, to: kept.to };
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
