/** The API as the console asks it: a token that is renewed in time, and one answer or one refusal for each press. */

/**
 * @typedef {object} Problem an RFC 9457 answer; docs/api.md lists the types
 * @property {string} type
 * @property {number} status 0 when no answer came at all
 * @property {string} [reason]
 * @property {number} [until] seconds since 1970
 * @property {number | null} [retry_after] seconds
 * @property {string[]} [needs] roles
 * @property {string} [what]
 * @property {{ field: string, reason: string }[]} [errors]
 * @property {string[]} [fields]
 * @property {string} [survivor] whom a contact was merged into
 * @property {number} [count]
 * @property {number} [most]
 * @property {any} [now] what is to be changed, as it is by now
 */

/** What the API refused, or could not be asked. */
export class Refusal extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.type);
    this.problem = problem;
    this.type = problem.type;
  }
}

/** @typedef {"owner" | "admin" | "agent" | "auditor"} Role */
/** @typedef {{ id: string, name: string, email: string, role: Role }} Member */
/** @typedef {{ body: any, etag: string | null }} Answer */

/**
 * @typedef {object} Asked
 * @property {object} [body]
 * @property {ArrayBuffer | Blob} [bytes] in the place of a body: a part of a file, or a picture
 * @property {string | null} [etag] of what is changed, as it was shown
 * @property {string} [key] one for each thing that is made, however often it is sent
 * @property {Record<string, string>} [query] never an address
 */

/** A request that takes longer has lost its answer: the API's own deadline is far below. */
const ANSWER_WITHIN_MS = 20_000;

/** A token with less left than this is renewed, so that it survives the call it is for. */
const SPARE_S = 30;

export class Api {
  #workspace;
  /** @type {{ token: string, until: number } | null} */
  #kept = null;
  /** @type {Promise<string> | null} */
  #asking = null;
  /** Who is signed in, by the newest token. @type {Member | null} */
  member = null;
  /** The role is another than before. */
  onRole = () => {};
  /** Somebody else is signed in by now, in another tab. */
  onOther = () => {};

  /** @param {string} workspace */
  constructor(workspace) {
    this.#workspace = workspace;
  }

  /**
   * Get a token of the team's side, whatever is kept. Only somebody's press leads here: an unwatched tab asks for
   * nothing, so that the hour without use can pass.
   *
   * @returns {Promise<string>}
   */
  enter() {
    this.#asking ??= this.#enter().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #enter() {
    this.#kept = null;
    const { body } = await send("POST", "/v1/session/refresh", { body: { workspace: this.#workspace, scope: "team" } });
    const before = this.member?.role;
    if (this.member && this.member.id !== body.contact.id) {
      // What one member has typed and pressed is nothing that another one does.
      this.onOther();
      throw new Refusal({ type: "not-signed-in", status: 401 });
    }
    this.member = { ...body.contact, role: body.role };
    this.#kept = { token: body.access_token, until: Date.now() + (body.expires_in - SPARE_S) * 1000 };
    if (before && before !== body.role) this.onRole();
    return body.access_token;
  }

  /**
   * Ask a route of the workspace. Nothing that writes is sent again by itself, but for a token that had ended: such a
   * request has changed nothing.
   *
   * @param {"GET" | "POST" | "PUT" | "PATCH" | "DELETE"} method
   * @param {string} path below the workspace, `/contacts/find`
   * @param {Asked} [asked]
   * @returns {Promise<Answer>}
   */
  async ask(method, path, asked = {}) {
    const url = `/v1/workspaces/${this.#workspace}${path}`;
    const isRunning = this.#kept && Date.now() < this.#kept.until;
    const token = isRunning && this.#kept ? this.#kept.token : await this.enter();
    try {
      return await send(method, url, { ...asked, token });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.type === "role-too-small") await this.enter();
      if (error.type !== "not-signed-in" || !isRunning) throw error;
      return send(method, url, { ...asked, token: await this.enter() });
    }
  }

  /** Can the page sign somebody in by this link? @param {string} link */
  async opens(link) {
    const asked = { workspace: this.#workspace, link, to: "team" };
    return send("POST", "/v1/links/resolve", { body: asked }).then(() => true, () => false);
  }

  async signOut() {
    await send("DELETE", `/v1/session?workspace=${this.#workspace}`, {}).catch(() => {});
    this.#kept = null;
  }
}

/**
 * @param {string} method
 * @param {string} url
 * @param {Asked & { token?: string }} asked
 * @returns {Promise<Answer>}
 */
async function send(method, url, { body, bytes, etag, key, query, token }) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (bytes) headers["Content-Type"] = bytes instanceof Blob ? bytes.type : "application/octet-stream";
  if (token) headers.Authorization = `Bearer ${token}`;
  if (etag) headers["If-Match"] = etag;
  if (key) headers["Idempotency-Key"] = key;
  const address = query ? `${url}?${new URLSearchParams(query)}` : url;
  const sent = body === undefined ? bytes : JSON.stringify(body);
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  try {
    const answer = await fetch(address, { method, headers, body: sent, cache: "no-store", credentials: "same-origin", signal });
    if (!answer.ok) throw new Refusal(await problemOf(answer));
    const said = answer.status === 204 ? null : await answer.json();
    return { body: said, etag: answer.headers.get("ETag") };
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal({ type: "unreachable", status: 0 });
  }
}

/** The API's problem, or one of the same shape when something in between answered. @param {Response} answer */
async function problemOf(answer) {
  const said = await answer.json().catch(() => null);
  const wait = Number.parseInt(answer.headers.get("Retry-After") ?? "", 10);
  /** @type {Problem} */
  const problem = typeof said?.type === "string" ? said : { type: bareType(answer.status), status: answer.status };
  if (problem.retry_after === undefined && wait >= 0) problem.retry_after = wait;
  return problem;
}

/** @param {number} status */
function bareType(status) {
  if (status === 429) return "too-many-requests";
  return status >= 500 ? "try-later" : "invalid-request";
}
