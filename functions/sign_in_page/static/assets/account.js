/** A contact's own account: what it shows, and every change that can be made there. */

import { AccountCodes } from "./account-codes.js";
import { account as overview, deleted, notSignedIn } from "./account-screen.js";
import * as forms from "./account-forms.js";
import { hashOf } from "./keep.js";
import { PorticoError } from "./portico.js";
import { providerId, providerName } from "./providers.js";
import { ACCOUNT } from "./requests.js";
import * as screens from "./screens.js";
import { leave } from "./trips.js";
import { Visit } from "./visit.js";

/** @typedef {import("./problems.js").Message} Message */
/** @typedef {import("./portico.js").Connection} Connection */
/** @typedef {import("./keep.js").Waiting} Waiting */

const SHOWN_HAPPENINGS = 20;

/** What came of a trip to a provider. @type {Record<string, Message>} */
const ARRIVALS = {
  linked: done("account_linked"),
  "already-linked": sorry("account_already_linked"),
  "sso-denied": sorry("account_sso_denied"),
  "sso-failed": sorry("account_sso_failed"),
  "sso-expired": sorry("account_sso_expired"),
  "try-later": sorry("try_later_a_while"),
};

export class AccountVisit {
  #visit;
  #signIn;
  #codes;
  /** @type {import("./portico.js").Account | null} */
  #account = null;

  /** @param {import("./visit.js").House & { signIn: (opened: { link: string }) => void }} house */
  constructor({ signIn, ...house }) {
    this.#visit = new Visit(house);
    this.#signIn = signIn;
    const goOn = (/** @type {Waiting} */ { name, ...values }) => this.#changes[name]?.(values) ?? this.#reload();
    this.#codes = new AccountCodes(this.#visit, { show: this.#show, moved: this.#moved, goOn });
    this.#visit.onRefused = this.#refused;
    this.#visit.steps.home = () => this.#show();
  }

  end() {
    this.#visit.isOver = true;
  }

  /** A code that is typed here is no other tab's business. */
  challengeChanged() {}

  /** @param {string} [arrival] what the callback said */
  start = async (arrival = "") => {
    const message = Object.hasOwn(ARRIVALS, arrival) ? ARRIVALS[arrival] : null;
    this.#visit.show(screens.opening, { key: "account_opening" });
    try {
      // The cookie's session, whatever an earlier page of this tab knew.
      const session = await this.#visit.portico.session({ fresh: true });
      if (!session) return await this.#signInFirst();
      this.#visit.kept.signedIn();
      await this.#reload(message);
      this.#codes.goOn(this.#own.contact.id);
    } catch (error) {
      const retry = () => this.start(arrival);
      this.#visit.refused(error, (said) => this.#visit.show(screens.notOpened, { retry, heading: "account_not_opened" }, { message: said }));
    }
  };

  /** Read everything anew, and show it. @param {Message | null} [message] */
  #reload = async (message = null) => {
    const { portico } = this.#visit;
    const [account, history] = await Promise.all([
      portico.account.read(),
      // The rest is worth seeing without it.
      portico.account.history({ limit: SHOWN_HAPPENINGS }).catch(() => null),
    ]);
    this.#account = account;
    this.#events = history?.events ?? null;
    this.#show(message);
  };

  /** @type {import("./portico.js").Happening[] | null} */
  #events = null;

  /** @param {Message | null} [message] */
  #show = (message = null) => {
    if (!this.#account) return this.start();
    this.#visit.challenge = null;
    const { workspaceName: workspace, kept } = this.#visit;
    const facts = { account: this.#account, events: this.#events, workspace, portal: kept.portal(), actions: this.#actions };
    this.#visit.show(overview, facts, { message, again: () => this.#show() });
  };

  /** Nobody is signed in any more: the browser's Back leads to nothing of what was shown. */
  #forget() {
    this.#account = null;
    this.#events = null;
    this.#visit.kept.signedOut();
  }

  /** Nobody is signed in. Who was about to be goes on, after a reload; all others are asked. */
  async #signInFirst() {
    const { opened, kept } = this.#visit;
    const underWay = [kept.challenge(), kept.pending()].map((each) => each?.asked_for);
    if (opened && underWay.includes(await hashOf({ link: opened.link, to: ACCOUNT }))) this.#signIn(opened);
    else await this.#showSignedOut();
  }

  /** Whoever signs in from here comes back, by whatever link there is. */
  async #showSignedOut(screen = notSignedIn) {
    const visit = this.#visit;
    this.#forget();
    visit.show(screen, { workspace: visit.workspaceName, again: null });
    const opened = visit.opened ?? (await visit.linkToSignIn({ names: true }));
    if (!opened || visit.isOver || !visit.stage.isShowing(screen)) return;
    visit.stage.redraw({ workspace: visit.workspaceName, again: () => this.#signIn(opened) });
  }

  /**
   * A change, and then the account with what is new. One that asks for a younger sign-in waits
   * for a code, and goes on by itself.
   *
   * @param {Waiting} change its name among the changes, and what it takes
   * @param {string} [pressed]
   */
  #change({ name, ...values }, pressed) {
    return this.#visit.press(async () => {
      try {
        await this.#changes[name]?.(values);
      } catch (error) {
        if (!(error instanceof PorticoError) || error.type !== "re-auth-needed") throw error;
        await this.#codes.confirm(this.#own.contact, { name, ...values });
      }
    }, pressed);
  }

  /**
   * Every change by its name, up to what is shown then. What one takes may be kept while it waits for a code, so no
   * secret is among it.
   *
   * @returns {Record<string, (given: any) => Promise<void>>}
   */
  get #changes() {
    const { portico, typed, language } = this.#visit;
    const { account } = portico;
    const told = (/** @type {string} */ key, /** @type {(given: any) => Promise<unknown>} */ change) => {
      return async (/** @type {unknown} */ given) => {
        await change(given);
        await this.#reload(done(key));
      };
    };
    return {
      profile: told("profile_saved", async ({ changes }) => {
        await account.edit(changes);
        await portico.session({ fresh: true });
      }),
      email: async ({ email }) =>
        this.#codes.prove(this.#own.contact, await account.changeEmail({ email, language }), email),
      password: async () => {
        if (!typed.password) return this.#setPassword(done("password_again"));
        await account.setPassword({ password: typed.password });
        typed.password = "";
        await this.#reload(done("password_saved"));
      },
      password_removing: told("password_removing_done", account.removePassword),
      connect: this.#connect,
      disconnecting: told("disconnecting_done", account.disconnect),
      end_session: told("session_ended", account.endSession),
      end_others: told("sessions_ended", account.endOtherSessions),
      remove: async () => {
        await account.remove();
        this.#forget();
        this.#visit.show(deleted, { workspace: this.#visit.workspaceName });
      },
    };
  }

  /** @param {PorticoError} error @param {Message} message @returns {boolean} */
  #refused = (error, message) => {
    if (error.type !== "not-signed-in") return this.#codes.refused(error, message);
    this.#showSignedOut();
    return true;
  };

  /** The new address is the contact's. @param {string} email */
  #moved = async (email) => {
    // The token still names the address before.
    await this.#visit.portico.session({ fresh: true });
    await this.#reload({ ...done("email_changed"), values: { email } });
  };

  /**
   * @param {import("./stage.js").Screen} screen
   * @param {Record<string, unknown>} facts
   * @param {Message | null} [message]
   */
  #form(screen, facts, message = null) {
    const { workspaceName: workspace, typed } = this.#visit;
    typed.password = "";
    this.#visit.challenge = null;
    const all = { account: this.#own, workspace, typed, cancel: () => this.#show(), ...facts };
    const again = () => (this.#account ? this.#form(screen, facts) : this.start());
    this.#visit.show(screen, all, { message, again });
  }

  /** @param {Message | null} [message] */
  #setPassword(message) {
    const save = (/** @type {string} */ password) => {
      this.#visit.typed.password = password;
      this.#change({ name: "password" });
    };
    this.#form(forms.setPassword, { save }, message);
  }

  /** @param {{ connection: string, provider: string }} to */
  #connect = async ({ connection, provider }) => {
    try {
      const { authorize_url } = await this.#visit.portico.account.connect({ connection });
      await leave(this.#visit, { authorize_url, provider, actions: { chooseAnew: () => this.#show() } }, () => {});
    } catch (error) {
      // Told as it is after a trip that ended so: by the provider's name.
      if (!(error instanceof PorticoError) || error.type !== "try-later") throw error;
      this.#show({ ...sorry("account_sso_later"), values: { provider } });
    }
  };

  /**
   * Take a way in away, after one more question.
   *
   * @param {string} about the change, and the words of the question
   * @param {import("./words.js").Values} [values]
   * @param {Record<string, string>} [given] what the change takes
   */
  #ask(about, values = {}, given = {}) {
    const go = () => this.#change({ name: about, ...given });
    this.#form(forms.sure, { about, values, go });
  }

  get #own() {
    if (!this.#account) throw new Error("the account is not read yet");
    return this.#account;
  }

  get #actions() {
    const { portico, typed } = this.#visit;
    return {
      editProfile: () =>
        this.#form(forms.editProfile, {
          save: (/** @type {object} */ changes) => this.#change({ name: "profile", changes }),
        }),
      changeEmail: () => {
        typed.email = "";
        this.#form(forms.changeEmail, {
          send: (/** @type {string} */ email) => this.#change({ name: "email", email: email.trim() }),
        });
      },
      setPassword: () => this.#setPassword(),
      removePassword: () => this.#ask("password_removing"),
      connect: (/** @type {Connection} */ connection) =>
        this.#change(
          { name: "connect", connection: connection.id, provider: providerName(connection) },
          providerId(connection),
        ),
      disconnect: (/** @type {string} */ identity, /** @type {string} */ provider) =>
        this.#ask("disconnecting", { provider }, { identity }),
      endSession: (/** @type {string} */ session, /** @type {string} */ pressed) =>
        this.#change({ name: "end_session", session }, pressed),
      endOthers: () => this.#change({ name: "end_others" }, "end-others"),
      download: () =>
        this.#visit.press(async () => {
          saveAs("account.json", JSON.stringify(await portico.account.download(), null, 2));
          this.#visit.stage.tell({ ...done("downloaded"), isAside: true });
        }, "download"),
      remove: () => this.#form(forms.removeAccount, { go: () => this.#change({ name: "remove" }) }),
      signOut: () =>
        this.#visit.press(async () => {
          await this.#visit.signOut();
          this.#showSignedOut(screens.signedOut);
        }, "sign-out"),
    };
  }
}

/** @param {string} key @returns {Message} */
function done(key) {
  return { tone: "info", key, picture: "check" };
}

/** @param {string} key @returns {Message} */
function sorry(key) {
  return { tone: "error", key };
}

/** @param {string} name @param {string} text */
function saveAs(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
