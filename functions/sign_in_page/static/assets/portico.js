/**
 * Portico from a browser: what the hosted page itself uses, and what a portal's front end may
 * import. It has no dependency, keeps nothing on disk, and speaks the fields of the public API.
 *
 *     import { createPortico } from "https://signin.example.com/assets/portico.js";
 *
 *     const portico = createPortico({ workspace: "acme" });
 *     const session = await portico.session();
 *     if (!session) location.assign("https://signin.example.com/acme#l=…&to=tickets");
 *
 * The module calls the host it was loaded from, with credentials: the cookies are that host's.
 * A portal on an origin of its own must be one of the workspace's portal origins.
 *
 * @module portico
 */

/**
 * @typedef {object} Workspace
 * @property {string} id
 * @property {string} name
 * @property {string | null} logo_url a path on the host of the API, or null
 * @property {string | null} accent_color `#rrggbb`, or null
 * @property {string} locale
 * @property {boolean} check_pasted_code a pasted code is checked as soon as it is complete
 * @property {string | null} support_url where to find help: `https:` or `mailto:`, as the two below
 * @property {string | null} privacy_url
 * @property {string | null} terms_url
 * @property {boolean} powered_by whether to show "Sign-in by Portico"
 */

/**
 * @typedef {object} Way what an opened link allows
 * @property {Workspace} workspace
 * @property {{ kind: "shared" | "personal", email_hint: string | null, send_on_open: boolean,
 *   asks_email?: true }} link `asks_email`: its contact has no address yet, so one is typed, and becomes theirs
 * @property {{ code: boolean, password: boolean, sign_up: boolean, sso: Connection[] }} methods
 * @property {string} directory_rule
 * @property {{ type: string, text: string }[]} notices
 * @property {{ area: string, label: string, url: string }} destination
 */

/**
 * @typedef {{ id: string, kind: string, label: string }} Connection a provider of a workspace; `kind` is
 *   `microsoft`, `google`, `facebook`, `x` or `oidc`
 */

/**
 * @typedef {object} Challenge one code sign-in in this browser
 * @property {string} challenge
 * @property {string} label two letters, also in the mail
 * @property {number | null} resend_after seconds, or null when no more mails are sent
 * @property {number} expires_in seconds the newest code stays good
 * @property {number} code_length
 */

/**
 * @typedef {object} MailNews what became of the newest mail of a personal link's code
 * @property {"on-its-way" | "delayed" | "delivered" | "came-back" | "mailbox-full" | "held-back"} mail
 * @property {number} questions_left how often it may still be asked about this mail
 */

/**
 * @typedef {object} Session
 * @property {string} access_token a JWT for the workspace, ten minutes at most
 * @property {"Bearer"} token_type
 * @property {number} expires_in seconds
 * @property {{ id: string, name: string, email: string }} contact
 * @property {string} workspace
 */

/**
 * @typedef {object} SignedIn the answer to a sign-in. It has a session's token, but at the team's own way in, which
 *   Portico's page alone can take
 * @property {string} [access_token]
 * @property {"Bearer"} [token_type]
 * @property {number} [expires_in] seconds
 * @property {{ id: string, name: string, email: string }} contact
 * @property {string} workspace
 * @property {{ area: string, url: string }} return_to
 * @property {boolean} [new] when the code has just made the contact
 */

/** @typedef {{ id: string, name: string, email: string, language: string | null, time_zone: string | null }} Profile */

/**
 * @typedef {object} Account what a contact sees of their own; times are seconds since 1970
 * @property {Profile} contact
 * @property {{ is_set: boolean, changed_at: number | null }} password
 * @property {{ id: string, connection: string, kind: string | null, label: string, linked_at: number }[]} identities
 * @property {OwnSession[]} sessions
 * @property {{ code: boolean, password: boolean, connections: Connection[], deletion: boolean }} offers
 * @property {number} fresh_until until when the sign-in is young enough for sensitive changes
 */

/**
 * @typedef {object} OwnSession
 * @property {string} id
 * @property {boolean} current
 * @property {string | null} device such as `Firefox (Windows)`
 * @property {string | null} network
 * @property {string} method `code`, `password` or `sso:<connection>`
 * @property {number} signed_in_at
 * @property {number} last_used_at
 * @property {number} expires_at
 */

/**
 * @typedef {object} Undone
 * @property {string} workspace
 * @property {string} name the workspace's
 * @property {string} portal_url where to sign in
 * @property {boolean} undone false while the change stands
 * @property {{ password: boolean, identities: string[] } | null} removed the ways in that went with it
 */

/**
 * @typedef {{ at: number, name: string, by: "you" | "team", network: string | null,
 *   detail: Record<string, string> }} Happening one line of the contact's own history
 */

/**
 * @typedef {object} Problem an RFC 9457 answer; docs/api.md lists the types
 * @property {string} type
 * @property {string} title
 * @property {number} status 0 when no answer came at all
 * @property {string} [detail]
 * @property {string} [reason]
 * @property {number} [attempts_left]
 * @property {number} [retry_after] seconds
 * @property {{ field: string, reason: string }[]} [errors]
 * @property {Workspace} [workspace] of a link that has ended, or of a portal that is closed
 * @property {{ until: number, text: Record<string, string> }} [paused] until when, and why by language
 * @property {"replaced" | "renewable"} [ended] of a link that has ended: the team has put another one in its place; or `renew`
 *   mails its contact a new one
 * @property {string} [instance]
 */

/** What the API refused, or could not be asked. `problem` is its answer; `type` its stable name. */
export class PorticoError extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.title);
    this.name = "PorticoError";
    this.problem = problem;
    this.type = problem.type;
  }
}

/** @type {Problem} */
const UNREACHABLE = { type: "unreachable", title: "No answer", status: 0 };

/** @type {Problem} */
const NOT_SIGNED_IN = { type: "not-signed-in", title: "Signed out", status: 401 };

/** A request that takes longer has lost its answer: the API's own deadline is far below. */
const ANSWER_WITHIN_MS = 20_000;

/** A longer wait than this is the caller's to show, not ours to sit through. */
const LONGEST_WAIT_S = 5;

/** A token with less left than this is fetched anew, so that it survives the call it is for. */
const SPARE_S = 30;

/**
 * The client of one workspace.
 *
 * @param {object} options
 * @param {string} options.workspace the workspace's id, `acme`
 * @param {string} [options.origin] the host of the API; by default the one this module came from
 */
export function createPortico({ workspace, origin = new URL(import.meta.url).origin }) {
  const call = caller(origin);

  /** @type {{ session: Session, until: number } | null} */
  let kept = null;
  /** @type {Promise<Session | null> | null} */
  let asking = null;
  /** @type {{ asked: string, request_id: string } | null} */
  let unanswered = null;

  /** @template {Session | SignedIn} T @param {T} answer @returns {T} */
  function keep(answer) {
    const { access_token, token_type, expires_in } = answer;
    const isSession = access_token !== undefined && token_type !== undefined && expires_in !== undefined;
    kept = isSession ? { session: { ...answer, access_token, token_type, expires_in }, until: Date.now() + (expires_in - SPARE_S) * 1000 } : null;
    return answer;
  }

  /** @returns {Promise<Session | null>} */
  async function refresh() {
    try {
      return keep(await call("POST", "/v1/session/refresh", { body: { workspace } }));
    } catch (error) {
      if (!(error instanceof PorticoError) || error.type !== "not-signed-in") throw error;
      kept = null;
      return null;
    }
  }

  /**
   * A request that counts once: sent again after a lost answer, it carries the same `request_id`.
   *
   * @param {"POST" | "PUT"} method
   * @param {string} path
   * @param {object} same what makes it the same request
   * @param {object} body
   * @param {string} [token]
   */
  async function once(method, path, same, body, token) {
    const asked = JSON.stringify([path, same]);
    const request_id = unanswered?.asked === asked ? unanswered.request_id : newRequestId();
    unanswered = { asked, request_id };
    try {
      const answer = await call(method, path, { body: { ...body, request_id }, token });
      unanswered = null;
      return answer;
    } catch (error) {
      if (isAnswer(error)) unanswered = null;
      throw error;
    }
  }

  /**
   * What only the signed-in may do; asked again with a new token when ours is too old by the API's
   * clock.
   *
   * @template T
   * @param {(token: string) => Promise<T>} ask
   * @returns {Promise<T>}
   */
  async function signedIn(ask) {
    const session = await client.session();
    if (!session) throw new PorticoError(NOT_SIGNED_IN);
    try {
      return await ask(session.access_token);
    } catch (error) {
      if (!(error instanceof PorticoError) || error.type !== "not-signed-in") throw error;
      const renewed = await client.session({ fresh: true });
      if (!renewed) throw error;
      return await ask(renewed.access_token);
    }
  }

  /**
   * @param {"GET" | "POST" | "PATCH" | "DELETE"} method
   * @param {string} path below `/v1/account`
   * @param {object} [asked] members of the body, or of the query where there is none
   * @param {{ repeatable?: boolean }} [options]
   */
  async function own(method, path, asked = {}, { repeatable = true } = {}) {
    const hasBody = method === "POST" || method === "PATCH";
    const query = hasBody ? "" : `?${new URLSearchParams({ workspace, ...asked })}`;
    const body = hasBody ? { workspace, ...asked } : undefined;
    return signedIn((token) => call(method, `/v1/account${path}${query}`, { body, token, repeatable }));
  }

  const client = {
    /**
     * Ask what a portal link is, and how one may sign in with it. Changes nothing.
     *
     * @param {{ link: string, to?: string }} asked
     * @returns {Promise<Way>}
     */
    resolve({ link, to }) {
      return call("POST", "/v1/links/resolve", { body: { workspace, link, to } });
    },

    /**
     * Have a code mailed. The answer is the same for every address.
     *
     * @param {{ link?: string, to?: string, email?: string, auto?: boolean, pending?: string, language?: string }} asked
     *   `email` with a shared link only; `auto` when nobody pressed anything. After a provider that
     *   gave no address: `pending` and `email` instead of a link. `language` is the page's, and so
     *   the mail's.
     * @returns {Promise<Challenge>}
     */
    requestCode({ link, to, email, auto, pending, language }) {
      const body = { workspace, link, to, email, auto, pending, language };
      // A lost answer may have sent a mail: only a refusal that says so is worth a second try.
      return call("POST", "/v1/codes", { body, repeatable: false });
    },

    /**
     * Have another code mailed for the same challenge.
     *
     * @param {{ challenge: string, language?: string }} asked
     * @returns {Promise<Challenge>}
     */
    resend({ challenge, language }) {
      return call("POST", "/v1/codes/resend", { body: { challenge, language }, repeatable: false });
    },

    /**
     * Have a new link mailed in the place of a personal one that has ended, where the refusal of `resolve` says
     * `ended: "renewable"`. The answer is the same whoever it belonged to.
     *
     * @param {{ link: string, language?: string }} asked
     * @returns {Promise<{}>}
     */
    renew({ link, language }) {
      return call("POST", "/v1/links/renew", { body: { workspace, link, language }, repeatable: true });
    },

    /**
     * Ask what became of the newest mail. Only the page of a personal link is told, four times about each mail, and
     * not after a code was typed.
     *
     * @param {{ challenge: string }} asked
     * @returns {Promise<MailNews>}
     */
    mailNews({ challenge }) {
      return call("POST", "/v1/codes/mail", { body: { challenge }, repeatable: false });
    },

    /**
     * Begin a trip to a provider. The browser goes to `authorize_url` as a whole page, and comes
     * back to the portal, signed in, or to the hosted page, which says how to go on.
     *
     * @param {{ link: string, to?: string, connection: string, language?: string }} asked `connection`
     *   is the id of one of the link's `methods.sso`.
     * @returns {Promise<{ authorize_url: string }>}
     */
    startSso({ link, to, connection, language }) {
      // Nothing happens before the browser comes back, so a lost answer may be asked for again.
      return call("POST", "/v1/sso/start", { body: { workspace, link, to, connection, language } });
    },

    /**
     * Trade the code for a session. The same code typed again after a lost answer finishes the
     * same sign-in: it carries the same `request_id`.
     *
     * @param {{ challenge: string, code: string, shared_computer?: boolean }} typed
     * @returns {Promise<SignedIn>}
     */
    async verify({ challenge, code, shared_computer = false }) {
      const typed = { challenge, code };
      return keep(await once("POST", "/v1/codes/verify", typed, { ...typed, shared_computer }));
    },

    /**
     * Sign in with a password. Wrong, unknown and without a password are one answer:
     * `password-not-accepted`.
     *
     * @param {{ link: string, to?: string, email?: string, password: string, shared_computer?: boolean }} typed
     *   `email` with a shared link only
     * @returns {Promise<SignedIn>}
     */
    async signInWithPassword({ link, to, email, password, shared_computer = false }) {
      const typed = { link, to, email, password };
      const body = { workspace, ...typed, shared_computer };
      return keep(await once("POST", "/v1/passwords/sign-in", typed, body));
    },

    /**
     * Have a code mailed that sets a password, the first one or another. The answer is the same for
     * every address.
     *
     * @param {{ link: string, to?: string, email?: string, language?: string }} asked `email` with a
     *   shared link only
     * @returns {Promise<Challenge>}
     */
    forgotPassword({ link, to, email, language }) {
      const body = { workspace, link, to, email, language };
      return call("POST", "/v1/passwords/forgot", { body, repeatable: false });
    },

    /**
     * Set a password by the code of {@link forgotPassword}. Nobody is signed in by it. A password
     * that may not be set is `invalid-request`, and costs no attempt.
     *
     * @param {{ challenge: string, code: string, password: string }} typed
     * @returns {Promise<{ workspace: string, return_to: { area: string, url: string } }>}
     */
    resetPassword(typed) {
      return once("POST", "/v1/passwords/reset", typed, typed);
    },

    /**
     * Have a code mailed that makes a contact; {@link verify} takes it, and says `new`. Who is a
     * contact already is told so by mail instead; the answer is the same.
     *
     * @param {{ link: string, to?: string, email: string, language?: string }} asked
     * @returns {Promise<Challenge>}
     */
    signUp({ link, to, email, language }) {
      const body = { workspace, link, to, email, language };
      return call("POST", "/v1/sign-up", { body, repeatable: false });
    },

    /**
     * The session of this browser, or null when nobody is signed in. Call it whenever a token is
     * needed: it asks the API only when the one it has runs out, and once for all who wait.
     *
     * @param {{ fresh?: boolean }} [options] `fresh` asks the API in any case.
     * @returns {Promise<Session | null>}
     */
    session({ fresh = false } = {}) {
      if (!fresh && kept && Date.now() < kept.until) return Promise.resolve(kept.session);
      asking ??= refresh().finally(() => {
        asking = null;
      });
      return asking;
    },

    /**
     * End the session of this browser, or with `everywhere` all sessions of the contact.
     *
     * @param {{ everywhere?: boolean }} [options]
     * @returns {Promise<void>}
     */
    async signOut({ everywhere = false } = {}) {
      const query = new URLSearchParams({ workspace });
      if (everywhere) query.set("everywhere", "true");
      const token = kept && Date.now() < kept.until ? kept.session.access_token : undefined;
      kept = null;
      await call("DELETE", `/v1/session?${query}`, { token });
    },

    /**
     * The contact's own account. All of it asks for a session (`not-signed-in`); what changes a way
     * in asks for one that began within the last 15 minutes (`re-auth-needed`): see `confirm`.
     */
    account: {
      /** Everything a contact sees of their own. @returns {Promise<Account>} */
      read: () => own("GET", ""),

      /**
       * Change what is given; what is left out stays.
       *
       * @param {{ name?: string, language?: string, time_zone?: string }} changes
       * @returns {Promise<{ contact: Profile }>}
       */
      edit: (changes) => own("PATCH", "", changes),

      /**
       * Have a code mailed to the own address; `verify` begins a fresh session by it.
       *
       * @param {{ language?: string }} [options]
       * @returns {Promise<Challenge>}
       */
      confirm: ({ language } = {}) => own("POST", "/confirm", { language }, { repeatable: false }),

      /**
       * Have a code mailed to the address that is to be the new one.
       *
       * @param {{ email: string, language?: string }} asked
       * @returns {Promise<Challenge>}
       */
      changeEmail: ({ email, language }) => own("POST", "/email", { email, language }, { repeatable: false }),

      /**
       * Make the new address the primary one; the old one is told, and can undo it for three days.
       *
       * @param {{ challenge: string, code: string }} typed
       * @returns {Promise<{ contact: Profile }>}
       */
      confirmEmail(typed) {
        const body = { workspace, ...typed };
        return signedIn((token) => once("POST", "/v1/account/email/confirm", typed, body, token));
      },

      /**
       * Give the former address back, by the token of the mail to it. Asks for no session. Ways in
       * that are newer than the change are removed. With `preview` nothing changes: it says whose
       * account it is about, and whether the change stands.
       *
       * @param {{ undo: string, preview?: boolean }} asked
       * @returns {Promise<Undone>}
       */
      undoEmail: ({ undo, preview }) => call("POST", "/v1/account/email/undo", { body: { workspace, undo, preview } }),

      /**
       * Set a password, or another. All other sessions end.
       *
       * @param {{ password: string }} chosen
       * @returns {Promise<void>}
       */
      setPassword({ password }) {
        const body = { workspace, password };
        return signedIn((token) => once("PUT", "/v1/account/password", { password }, body, token));
      },

      /** @returns {Promise<void>} */
      removePassword: () => own("DELETE", "/password"),

      /**
       * Begin a trip to a provider, to connect an account there. The browser goes to
       * `authorize_url` as a whole page, and comes back to the hosted page's `#account`.
       *
       * @param {{ connection: string }} asked one of `offers.connections`
       * @returns {Promise<{ authorize_url: string }>}
       */
      connect: ({ connection }) => own("POST", "/identities", { connection }),

      /** @param {{ identity: string }} asked one of `identities` @returns {Promise<void>} */
      disconnect: ({ identity }) => own("DELETE", `/identities/${encodeURIComponent(identity)}`),

      /** @param {{ session: string }} asked one of `sessions` @returns {Promise<void>} */
      endSession: ({ session }) => own("DELETE", `/sessions/${encodeURIComponent(session)}`),

      /** End all sessions but this one. @returns {Promise<void>} */
      endOtherSessions: () => own("DELETE", "/sessions"),

      /**
       * What happened to the account, newest first.
       *
       * @param {{ limit?: number }} [options]
       * @returns {Promise<{ events: Happening[] }>}
       */
      history: ({ limit = 50 } = {}) => own("GET", "/history", { limit: String(limit) }),

      /** All that is held of the contact, to keep as a file. @returns {Promise<Record<string, unknown>>} */
      download: () => own("GET", "/export"),

      /** End the account, where the workspace allows it. @returns {Promise<void>} */
      async remove() {
        await own("DELETE", "");
        kept = null;
      },
    },
  };
  return client;
}

/** @typedef {ReturnType<typeof createPortico>} Portico */

/** 128 random bits, as 22 URL-safe characters. */
function newRequestId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Did the API say yes or no? If not, the request may have been carried out all the same. */
function isAnswer(/** @type {unknown} */ error) {
  const undecided = ["unreachable", "try-later"];
  return error instanceof PorticoError && !undecided.includes(error.type);
}

/** @param {string} origin */
function caller(origin) {
  /**
   * One request, and one more if the first got no answer or `try-later`.
   *
   * @param {"GET" | "POST" | "PUT" | "PATCH" | "DELETE"} method
   * @param {string} path
   * @param {{ body?: object, token?: string, repeatable?: boolean }} [options]
   * @returns {Promise<any>}
   */
  return async function call(method, path, { body, token, repeatable = true } = {}) {
    try {
      return await send(origin + path, method, body, token);
    } catch (error) {
      const wait = waitBeforeRepeating(error, repeatable);
      if (wait === null) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait * 1000));
      return await send(origin + path, method, body, token);
    }
  };
}

/**
 * @param {unknown} error
 * @param {boolean} repeatable
 * @returns {number | null} seconds, or null when the request must not be repeated
 */
function waitBeforeRepeating(error, repeatable) {
  if (!(error instanceof PorticoError)) return null;
  if (error.type === "unreachable") return repeatable ? 0.5 + Math.random() / 2 : null;
  if (error.problem.status !== 503) return null;
  const wait = error.problem.retry_after ?? 1;
  return wait <= LONGEST_WAIT_S ? wait : null;
}

/**
 * @param {string} url
 * @param {string} method
 * @param {object | undefined} body
 * @param {string | undefined} token
 */
async function send(url, method, body, token) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json, application/problem+json" };
  if (body) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = `Bearer ${token}`;
  try {
    const answer = await fetch(url, {
      method,
      headers,
      body: body && JSON.stringify(body),
      credentials: "include",
      cache: "no-store",
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    if (!answer.ok) throw new PorticoError(await problemOf(answer));
    return answer.status === 204 ? undefined : await answer.json();
  } catch (error) {
    throw error instanceof PorticoError ? error : new PorticoError(UNREACHABLE);
  }
}

/**
 * The API's problem; or, when something in between answered, one of the same shape.
 *
 * @param {Response} answer
 * @returns {Promise<Problem>}
 */
async function problemOf(answer) {
  const said = await answer.json().catch(() => null);
  const wait = Number.parseInt(answer.headers.get("Retry-After") ?? "", 10);
  const problem = typeof said?.type === "string" ? said : bareProblem(answer.status);
  problem.status ??= answer.status;
  if (problem.retry_after === undefined && wait >= 0) problem.retry_after = wait;
  return problem;
}

/** A gateway answers in its own words: 429 for its throttle, 5xx for a function that failed. */
function bareProblem(/** @type {number} */ status) {
  if (status === 429) return { type: "too-many-requests", title: "Please wait", status };
  if (status >= 500) return { type: "try-later", title: "Try again shortly", status: 503 };
  return { type: "invalid-request", title: "Check the form", status };
}
