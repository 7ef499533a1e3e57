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
 */

/**
 * @typedef {object} Way what an opened link allows
 * @property {Workspace} workspace
 * @property {{ kind: "shared" | "personal", email_hint: string | null, send_on_open: boolean }} link
 * @property {{ code: boolean, password: boolean, sso: Connection[] }} methods
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
 * @typedef {object} Session
 * @property {string} access_token a JWT for the workspace, ten minutes at most
 * @property {"Bearer"} token_type
 * @property {number} expires_in seconds
 * @property {{ id: string, name: string, email: string }} contact
 * @property {string} workspace
 */

/**
 * @typedef {Session & { return_to: { area: string, url: string } }} SignedIn
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
  /** @type {{ challenge: string, code: string, request_id: string } | null} */
  let unanswered = null;

  /** @template {Session} T @param {T} session @returns {T} */
  function keep(session) {
    kept = { session, until: Date.now() + (session.expires_in - SPARE_S) * 1000 };
    return session;
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

  return {
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
     * @param {{ link?: string, to?: string, email?: string, auto?: boolean, pending?: string }} asked
     *   `email` with a shared link only; `auto` when nobody pressed anything. After a provider that
     *   gave no address: `pending` and `email` alone.
     * @returns {Promise<Challenge>}
     */
    requestCode({ link, to, email, auto, pending }) {
      const body = { workspace, link, to, email, auto, pending };
      // A lost answer may have sent a mail: only a refusal that says so is worth a second try.
      return call("POST", "/v1/codes", { body, repeatable: false });
    },

    /**
     * Have another code mailed for the same challenge.
     *
     * @param {{ challenge: string }} asked
     * @returns {Promise<Challenge>}
     */
    resend({ challenge }) {
      return call("POST", "/v1/codes/resend", { body: { challenge }, repeatable: false });
    },

    /**
     * Begin a trip to a provider. The browser goes to `authorize_url` as a whole page, and comes
     * back to the portal, signed in, or to the hosted page, which says how to go on.
     *
     * @param {{ link: string, to?: string, connection: string }} asked `connection` is the id of
     *   one of the link's `methods.sso`.
     * @returns {Promise<{ authorize_url: string }>}
     */
    startSso({ link, to, connection }) {
      // Nothing happens before the browser comes back, so a lost answer may be asked for again.
      return call("POST", "/v1/sso/start", { body: { workspace, link, to, connection } });
    },

    /**
     * Trade the code for a session. The same code typed again after a lost answer finishes the
     * same sign-in: it carries the same `request_id`.
     *
     * @param {{ challenge: string, code: string, shared_computer?: boolean }} typed
     * @returns {Promise<SignedIn>}
     */
    async verify({ challenge, code, shared_computer = false }) {
      const isTheSame = unanswered?.challenge === challenge && unanswered.code === code;
      const request_id = isTheSame && unanswered ? unanswered.request_id : newRequestId();
      unanswered = { challenge, code, request_id };
      try {
        const body = { challenge, code, request_id, shared_computer };
        const signedIn = await call("POST", "/v1/codes/verify", { body });
        unanswered = null;
        return keep(signedIn);
      } catch (error) {
        if (isAnswer(error)) unanswered = null;
        throw error;
      }
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
  };
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
   * @param {"POST" | "DELETE"} method
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
