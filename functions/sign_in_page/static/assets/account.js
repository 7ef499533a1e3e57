/** A contact's own account: what it shows, and every change that can be made there. */

import { AccountCodes } from "./account-codes.js";
import { account as overview, deleted, notSignedIn } from "./account-screen.js";
import * as forms from "./account-forms.js";
import { PorticoError } from "./portico.js";
import { providerId, providerName } from "./providers.js";
import * as screens from "./screens.js";
import { leave } from "./trips.js";
import { Visit } from "./visit.js";

/** @typedef {import("./problems.js").Message} Message */
/** @typedef {import("./portico.js").Connection} Connection */

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
    const confirmed = () => this.#reload(done("confirmed_again"));
    this.#codes = new AccountCodes(this.#visit, { show: this.#show, moved: this.#moved, confirmed });
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
      if (!session) return this.#showSignedOut();
      this.#visit.kept.signedIn();
      await this.#reload(message);
      this.#codes.goOn();
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

  /** Whoever signs in from here comes back, by whatever link there is. */
  async #showSignedOut(screen = notSignedIn) {
    const visit = this.#visit;
    this.#forget();
    const facts = { workspace: visit.workspaceName, again: null };
    visit.show(screen, facts);
    const opened = visit.opened ?? (await visit.linkToSignIn());
    if (!opened || visit.isOver || !visit.stage.isShowing(screen)) return;
    visit.stage.redraw({ ...facts, again: () => this.#signIn(opened) });
  }

  /**
   * A change, and then the account with what is new. One that asks for a younger sign-in waits
   * for a code, and goes on by itself.
   *
   * @param {() => Promise<unknown>} change
   * @param {string | (() => void | Promise<void>)} then the good news, or another screen
   * @param {string} [pressed]
   */
  #change(change, then, pressed) {
    const work = async () => {
      await change();
      if (typeof then === "string") await this.#reload(done(then));
      else await then();
    };
    return this.#visit.press(async () => {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof PorticoError) || error.type !== "re-auth-needed") throw error;
        await this.#codes.confirm(this.#own.contact.email, work);
      }
    }, pressed);
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

  /** @param {import("./stage.js").Screen} screen @param {Record<string, unknown>} facts */
  #form(screen, facts) {
    const { workspaceName: workspace, typed } = this.#visit;
    typed.password = "";
    this.#visit.challenge = null;
    const all = { account: this.#own, workspace, typed, cancel: () => this.#show(), ...facts };
    this.#visit.show(screen, all, { again: () => (this.#account ? this.#form(screen, facts) : this.start()) });
  }

  /** @param {Connection} connection */
  #connect = (connection) => {
    const provider = providerName(connection);
    const { portico } = this.#visit;
    /** @type {string} */
    let authorize_url = "";
    const ask = async () => {
      authorize_url = "";
      try {
        ({ authorize_url } = await portico.account.connect({ connection: connection.id }));
      } catch (error) {
        // Told as it is after a trip that ended so: by the provider's name.
        if (!(error instanceof PorticoError) || error.type !== "try-later") throw error;
      }
    };
    const actions = { chooseAnew: () => this.#show() };
    const away = () => {
      if (authorize_url) return leave(this.#visit, { authorize_url, provider, actions }, () => {});
      this.#visit.stage.tell({ ...sorry("account_sso_later"), values: { provider }, isAside: true });
    };
    return this.#change(ask, away, providerId(connection));
  };

  /** Take a way in away, after one more question. @param {string} about @param {import("./words.js").Values} values @param {() => Promise<unknown>} change */
  #ask(about, values, change) {
    const go = () => this.#change(change, `${about}_done`);
    this.#form(forms.sure, { about, values, go });
  }

  get #own() {
    if (!this.#account) throw new Error("the account is not read yet");
    return this.#account;
  }

  get #actions() {
    const { portico, typed } = this.#visit;
    const { account } = portico;
    return {
      editProfile: () =>
        this.#form(forms.editProfile, {
          save: (/** @type {{ name?: string, language?: string, time_zone?: string }} */ changes) =>
            this.#change(async () => {
              await account.edit(changes);
              await portico.session({ fresh: true });
            }, "profile_saved"),
        }),
      changeEmail: () => {
        typed.email = "";
        /** @type {import("./portico.js").Challenge} */
        let answer;
        this.#form(forms.changeEmail, {
          send: (/** @type {string} */ email) =>
            this.#change(async () => {
              answer = await account.changeEmail({ email: email.trim(), language: this.#visit.language });
            }, () => this.#codes.prove(answer, email.trim())),
        });
      },
      setPassword: () =>
        this.#form(forms.setPassword, {
          save: (/** @type {string} */ password) =>
            this.#change(async () => {
              await account.setPassword({ password });
              typed.password = "";
            }, "password_saved"),
        }),
      removePassword: () => this.#ask("password_removing", {}, account.removePassword),
      connect: this.#connect,
      disconnect: (/** @type {string} */ identity, /** @type {string} */ provider) =>
        this.#ask("disconnecting", { provider }, () => account.disconnect({ identity })),
      endSession: (/** @type {string} */ session, /** @type {string} */ pressed) =>
        this.#change(() => account.endSession({ session }), "session_ended", pressed),
      endOthers: () => this.#change(account.endOtherSessions, "sessions_ended", "end-others"),
      download: () =>
        this.#visit.press(async () => {
          saveAs("account.json", JSON.stringify(await account.download(), null, 2));
          this.#visit.stage.tell({ ...done("downloaded"), isAside: true });
        }, "download"),
      remove: () =>
        this.#form(forms.removeAccount, {
          go: () =>
            this.#change(account.remove, () => {
              this.#forget();
              this.#visit.show(deleted, { workspace: this.#visit.workspaceName });
            }),
        }),
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
