/** The frame around every screen: who is here, where they can go, and what the address says of it. */

import { el } from "../elements.js";
import { keepFor } from "../keep.js";
import { Refusal } from "./api.js";
import { tellClosed } from "./closed.js";
import { showConnection } from "./connections.js";
import { showContact } from "./contact.js";
import { showContacts } from "./contacts.js";
import { addContact, findContact } from "./find.js";
import { Frame } from "./frame.js";
import { showLinks } from "./links.js";
import { newLink, rotateLink } from "./new-link.js";
import { actions, button } from "./parts.js";
import { Place } from "./place.js";
import { rare } from "./rare.js";
import { toldOf } from "./refusals.js";
import { MAY, SCREEN_FOR } from "./rights.js";
import { changeSettings, reviewRead, showAuthentication, showPortal } from "./settings.js";

/** @typedef {import("../elements.js").Child} Child */
/** @typedef {import("./parts.js").Said} Said */

const changing = () => import("./contact-screens.js");
const merging = () => import("./merge.js");
const trail = () => import("./trail-screens.js");
const TRAIL = "words/trail";
const connecting = () => import("./connection-screens.js");
const portals = () => import("./portals.js");
const team = () => import("./team-screens.js");

/** Every screen by its key in the fragment. @type {Record<string, (place: Place) => unknown>} */
const SCREENS = {
  find: findContact,
  add: addContact,
  contact: showContact,
  edit: rare(changing, ({ editContact }) => editContact),
  contacts: showContacts,
  address: rare(changing, ({ changeAddress }) => changeAddress),
  erase: rare(changing, ({ eraseContact }) => eraseContact),
  merge: rare(merging, ({ mergeContacts }) => mergeContacts),
  unmerge: rare(merging, ({ undoMerge }) => undoMerge),
  import: rare(() => import("./import.js"), ({ showImport }) => showImport),
  "new-link": newLink,
  rotate: rotateLink,
  links: showLinks,
  team: rare(team, ({ showTeam }) => showTeam),
  "new-member": rare(team, ({ newMember }) => newMember),
  role: rare(team, ({ changeRole }) => changeRole),
  "ways-in": rare(team, ({ teamWays }) => teamWays),
  keys: rare(team, ({ showKeys }) => showKeys),
  "new-key": rare(team, ({ newKey }) => newKey),
  authentication: showAuthentication,
  portal: showPortal,
  change: changeSettings,
  directory: rare(trail, ({ showDirectory }) => showDirectory, TRAIL),
  logs: rare(trail, ({ showLogs }) => showLogs, TRAIL),
  overview: rare(trail, ({ showOverview }) => showOverview, TRAIL),
  changes: rare(trail, ({ showChanges }) => showChanges, TRAIL),
  trail: rare(trail, ({ showTrailOf }) => showTrailOf, TRAIL),
  logo: rare(() => import("./logo-change.js"), ({ changeLogo }) => changeLogo),
  connection: showConnection,
  "new-connection": rare(connecting, ({ newConnection }) => newConnection),
  "connection-secret": rare(connecting, ({ newSecret }) => newSecret),
  "change-connection": rare(connecting, ({ changeConnection }) => changeConnection),
  "switch-connection": rare(connecting, ({ switchConnection }) => switchConnection),
  portals: rare(portals, ({ showPortals }) => showPortals),
  elsewhere: rare(portals, ({ showPortal: showElsewhere }) => showElsewhere),
  "new-portal": rare(portals, ({ newPortal }) => newPortal),
  "edit-portal": rare(portals, ({ editPortal }) => editPortal),
};

const OF_A_CONTACT = ["add", "contact", "edit", "trail", "address", "erase", "merge", "unmerge"];

/** What the navigation offers, to whom, and which other screens belong to it. @type {[string, string, string[]][]} */
const PLACES = [
  ["find", "contact:read", OF_A_CONTACT],
  ["contacts", "contacts:list", ["import", ...OF_A_CONTACT]],
  ["links", "links:read", ["new-link", "rotate"]],
  ["team", "team:read", ["new-member", "role", "ways-in"]],
  ["keys", "team:read", ["new-key"]],
  ["authentication", "settings:read", ["connection", "new-connection", "connection-secret", "change-connection", "switch-connection"]],
  ["portal", "settings:read", ["logo", "portals", "elsewhere", "new-portal", "edit-portal"]],
  ["directory", "contact:read", []],
  ["logs", "trail:read", []],
  ["overview", "trail:read", []],
  ["changes", "settings:read", []],
];

const HOME = "find";

export class Shell {
  /** What is shown. @type {Place | null} */
  place = null;
  /** @type {Said | null} */
  #said = null;
  /** Somebody went to another screen, and the keyboard comes along. */
  #moves = false;
  /** A question about leaving is open. */
  #isAsking = false;
  #kept;
  #page;
  #around;
  /** @type {import("../words.js").Words} */
  words;
  /** @type {Record<string, any>} */
  settings = {};
  /** Names the settings as they were read. @type {string | null} */
  settingsTag = null;

  /**
   * @param {object} parts
   * @param {string} parts.workspace
   * @param {import("./api.js").Api} parts.api
   * @param {import("./unsent.js").Unsent} parts.unsent
   * @param {import("../words.js").Words} parts.words
   * @param {{ brand: HTMLElement, who: HTMLElement, menu: HTMLElement, nav: HTMLElement, banner: HTMLElement, main: HTMLElement }} parts.page
   */
  constructor({ workspace, api, unsent, words, page }) {
    this.workspace = workspace;
    this.api = api;
    this.unsent = unsent;
    this.words = words;
    this.#page = page;
    this.#around = new Frame(page, PLACES);
    this.#kept = keepFor(workspace);
    api.onRole = () => this.#frame();
    api.onOther = () => location.reload();
    window.addEventListener("hashchange", async ({ oldURL }) => {
      if (this.#isAsking) return;
      if (!(await this.#mayLeave())) return history.pushState(history.state, "", new URL(oldURL).hash);
      this.#moves = true;
      this.show();
    });
    window.addEventListener("beforeunload", (event) => this.place?.leaving && event.preventDefault());
  }

  /** @returns {import("./api.js").Member} */
  get member() {
    if (!this.api.member) throw new Error("nobody has come in yet");
    return this.api.member;
  }

  start = async () => {
    this.waits();
    try {
      await this.api.enter();
      const { body } = await this.api.ask("GET", "/settings");
      this.takeSettings(body);
    } catch (error) {
      return this.#gate(error);
    }
    this.unsent.belongTo(this.member.id);
    const place = this.unsent.cameBackTo();
    if (place !== null) {
      history.replaceState(history.state, "", location.pathname + place);
      this.#said = { tone: "good", text: this.words.nodes("came_back") };
      this.#forgetTheWay();
    }
    this.#frame();
    this.show();
  };

  /** @param {string} fragment @param {Said} [said] */
  go(fragment, said) {
    this.#said = said ?? null;
    if (location.hash.slice(1) === fragment) this.show(said);
    else location.hash = fragment;
  }

  /** The screen may hold what is shown once. */
  async #mayLeave() {
    const { place } = this;
    if (!place?.leaving) return true;
    this.#isAsking = true;
    const may = await place.leaving();
    this.#isAsking = false;
    if (may) place.leaving = null;
    return may;
  }

  /** Show what the address says. @param {Said} [said] */
  show(said) {
    if (said) this.#said = said;
    if (!this.api.member) return;
    const place = this.#renew();
    const [name] = [...place.values.keys()];
    const screen = Object.hasOwn(SCREENS, name ?? "") ? SCREENS[name] : SCREENS[HOME];
    this.#around.moved(screen === SCREENS[HOME] ? HOME : name, place.values);
    const action = Object.hasOwn(SCREEN_FOR, name ?? "") ? SCREEN_FOR[name] : null;
    if (!action || place.allows(action)) return void screen(place);
    // By its address anybody comes here: a form that the API would refuse is not shown.
    place.show(this.words.nodes("console"));
    place.tell(place.refused(new Refusal({ type: "role-too-small", status: 403, needs: MAY[action] })));
  }

  /** Another screen takes the place of this one. */
  #renew() {
    if (this.place) this.place.isOver = true;
    this.place = new Place(this, new URLSearchParams(location.hash.slice(1)));
    tellClosed(this.#page.banner, this.place, this.#open);
    return this.place;
  }

  /** Before and after of what opens the portal, on whatever screen somebody is. @param {Record<string, any>} wanted */
  #open = async (wanted) => {
    const { place } = this;
    await place?.readSettings();
    if (place?.isOver || !(await this.#mayLeave())) return;
    reviewRead(this.#renew(), wanted);
  };

  /** @param {{ settings: Record<string, any>, etag: string }} now */
  takeSettings({ settings, etag }) {
    const isOther = this.settings.name !== undefined && JSON.stringify(settings) !== JSON.stringify(this.settings);
    this.settings = settings;
    this.settingsTag = etag;
    if (isOther) this.#frame();
  }

  /** In other words. What is typed is kept already. @param {import("../words.js").Words} words */
  speak(words) {
    this.words = words;
    if (!this.api.member) return this.start();
    this.#frame();
    // What is shown once stays, in the words that it has; and so does what waits for an answer, which may be that.
    if (this.place?.waiting) this.place.isInOtherWords = true;
    else if (!this.place?.leaving) this.show();
  }

  /** @param {HTMLElement} heading @param {...Child} children */
  draw(heading, ...children) {
    this.#page.main.removeAttribute("aria-busy");
    this.#page.main.replaceChildren(heading, ...children.filter((each) => each instanceof Node));
    const name = this.settings.name ?? this.words.text("console");
    document.title = `${this.place?.tab ?? heading.textContent} · ${name}`;
    const isNowhere = document.activeElement === null || document.activeElement === document.body;
    if (this.#moves) window.scrollTo(0, 0);
    if (this.#moves || isNowhere) heading.focus({ preventScroll: true });
    this.#moves = false;
  }

  takeSaid() {
    const said = this.#said;
    this.#said = null;
    return said;
  }

  /** Nothing is drawn before 300 ms: who is answered at once sees no waiting. */
  waits() {
    const { main } = this.#page;
    main.setAttribute("aria-busy", "true");
    if (!main.children.length || main.querySelector(".to-come")) {
      main.replaceChildren(el("p", { class: "waiting" }, el("span", { class: "spinner large" }), ...this.words.nodes("opening")));
    }
  }

  /** To the sign-in page, and back to this very place. @param {HTMLElement} pressed */
  async leave(pressed) {
    pressed.ariaDisabled = "true";
    const known = this.#kept.link()?.link;
    const links = [`ent_${this.workspace}`, ...(known ? [known] : [])];
    const open = await Promise.all(links.map((link) => this.api.opens(link)));
    // Where no contact comes in, as at a portal that is closed, the team has a way of its own.
    const link = links.find((_, at) => open[at]) ?? this.#teamsWay;
    pressed.ariaDisabled = null;
    this.unsent.leaveFrom(location.hash);
    this.#kept.open({ link, to: "team", again: true });
    location.assign(`/${this.workspace}`);
  }

  get #teamsWay() {
    return `team_${this.workspace}`;
  }

  /** The tab's link leads to the portal again. */
  #forgetTheWay() {
    const opened = this.#kept.opened();
    if (opened?.link === this.#teamsWay) this.#kept.close();
    else if (opened?.to === "team") this.#kept.open({ link: opened.link });
  }

  /** Nobody is let in: why, and what now. @param {unknown} error */
  #gate(error) {
    const isNobody = error instanceof Refusal && error.type === "not-signed-in";
    const told = isNobody ? { key: "gate_text", values: {}, signIn: true } : toldOf(error, this.words);
    const isRefused = error instanceof Refusal && error.type === "team-refused";
    const signIn = button(this.words.nodes(isNobody ? "sign_in" : "sign_in_again"), () => this.leave(signIn), "primary");
    const retry = button(this.words.nodes("try_again"), this.start);
    const other = button(this.words.nodes("sign_in_other"), () => this.leave(other));
    const heading = el("h1", { id: "heading", tabindex: "-1" }, ...this.words.nodes(isNobody ? "gate_title" : "gate_closed"));
    const ways = told.signIn ? [signIn] : isRefused ? [retry, other] : [retry];
    const text = el("p", {}, ...this.words.nodes(told.key, told.values));
    this.draw(heading, el("div", { class: "slot" }, text, actions(...ways)));
  }

  #frame() {
    const { settings, member, words } = this;
    const onSame = async () => {
      if (!(await this.#mayLeave())) return;
      this.#moves = true;
      this.show();
    };
    this.#around.draw({ words, settings, member, onSignOut: () => this.#signOut(), onSame });
    if (this.place) tellClosed(this.#page.banner, this.place, this.#open);
  }

  async #signOut() {
    await this.api.signOut();
    this.#kept.signedOut();
    this.unsent.belongTo("");
    location.assign(`/${this.workspace}#signed-out`);
  }
}
