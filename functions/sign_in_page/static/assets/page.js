/** The hosted sign-in page: reads the opened link, finds its language, and shows one screen at a time. */

import { readArrival } from "./arrival.js";
import { Awaited } from "./awaited.js";
import { showBrand } from "./brand.js";
import { el } from "./elements.js";
import { showFoot } from "./foot.js";
import { chosenLanguage, keepFor } from "./keep.js";
import { createPortico } from "./portico.js";
import { ACCOUNT, openedFor, readRequest } from "./requests.js";
import { framed, signedOut } from "./screens.js";
import { SignIn } from "./sign-in.js";
import { SignOutVisit } from "./sign-out.js";
import { Stage } from "./stage.js";
import { LANGUAGES, loadWords, pickLanguage } from "./words.js";

/** A destination is a short typed value; whatever is longer is none. */
const LONGEST_DESTINATION = 200;

const workspace = location.pathname.split("/")[1] ?? "";
const kept = keepFor(workspace);
const portico = createPortico({ workspace, origin: location.origin });

/**
 * What this tab is here for.
 *
 * @type {SignIn | SignOutVisit | Awaited | import("./account.js").AccountVisit | import("./email-undo.js").UndoVisit | null}
 */
let visit = null;

// Nothing waits for it: modules that are loaded later import this one, and would wait for its end.
start();

async function start() {
  const wished = pickLanguage([readAddress().get("lang"), ...ownWishes(), kept.brand()?.locale]);
  const words = await loadWords(wished ?? "en").catch(() => null);
  if (!words) {
    byId("screen").replaceChildren();
    return byId("slow").classList.add("now");
  }
  const stage = new Stage(byId("screen"), byId("status"), words);
  byId("slow").remove();

  setLanguage(stage);
  languageSwitch(stage);
  showBrand(byId("brand"), kept.brand());
  begin(stage);

  window.addEventListener("hashchange", () => begin(stage));
  window.addEventListener("storage", ({ key }) => key === kept.challengeKey && visit?.challengeChanged());
  // Back from the portal: the page is shown as it was left, and that is no longer true.
  window.addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
}

/** @param {Stage} stage */
function begin(stage) {
  visit?.end();
  if (window.top !== window.self) return stage.show(framed, { url: location.href });

  const address = readAddress();
  const fragment = location.hash;
  const isAccount = address.has("account");
  const undo = address.get("undo");
  if (undo) kept.keepUndo(undo);
  const arrival = readArrival(address, { workspace, hasLeft: kept.trip() !== null });
  // Whoever went to a provider on the way to the account is still on that way, after a reload too.
  const isOnTheWay = arrival !== null && !address.has("l") && kept.opened()?.to === ACCOUNT;
  forgetFragment(isAccount || isOnTheWay ? "#account" : undo !== null ? "#undo" : "");
  const opened = readLink(address);
  /** @type {import("./visit.js").House} */
  const house = {
    stage,
    portico,
    kept,
    opened,
    front: `ent_${workspace}`,
    onBrand: (brand) => takeOver(stage, brand),
    onAccount: () => showAccount(stage, house),
    restoreAddress: () => history.replaceState(history.state, "", location.pathname + fragment),
  };
  if (undo !== null) return openUndo(stage, house);
  const request = address.get("out");
  if (request !== null) {
    const signingOut = new SignOutVisit({ ...house, request });
    visit = signingOut;
    return signingOut.start();
  }
  if (isAccount) return openAccount(stage, house, address.get("account") ?? "");
  const signIn = new SignIn({ ...house, arrival });
  visit = signIn;
  if (address.has("signed-out") || address.has("bye")) showSignedOut(stage, signIn, address.has("bye"));
  else if (address.has("resume")) signIn.resume();
  else signIn.start();
}

/**
 * A change of address, to be undone; this tab keeps what its link brought.
 *
 * @param {Stage} stage
 * @param {import("./visit.js").House} house
 */
async function openUndo(stage, house) {
  const awaited = new Awaited(stage);
  visit = awaited;
  const about = { opening: "opening", notOpened: "not_opened", retry: () => location.reload() };
  const module = await awaited.module(() => import("./email-undo.js"), about);
  if (!module) return;
  const signIn = (/** @type {{ link: string }} */ opened) => openSignIn({ ...house, opened });
  const undoing = new module.UndoVisit({ ...house, undo: kept.undo(), signIn });
  visit = undoing;
  undoing.start();
}

/** @param {import("./visit.js").House} house */
function openSignIn(house) {
  visit?.end();
  if (house.opened) kept.open(house.opened);
  forgetFragment("");
  const signIn = new SignIn({ ...house, arrival: null });
  visit = signIn;
  signIn.start();
}

/**
 * Somebody has signed in for their account: the address says so, for the next reload.
 *
 * @param {Stage} stage
 * @param {import("./visit.js").House} house
 */
function showAccount(stage, house) {
  history.replaceState(history.state, "", `${location.pathname}#account`);
  openAccount(stage, house);
}

/**
 * The account; who has to sign in first comes back to it.
 *
 * @param {Stage} stage
 * @param {import("./visit.js").House} house
 * @param {string} [arrival]
 */
async function openAccount(stage, house, arrival = "") {
  visit?.end();
  const awaited = new Awaited(stage);
  visit = awaited;
  const retry = () => {
    history.replaceState(history.state, "", `${location.pathname}#account${arrival && `=${encodeURIComponent(arrival)}`}`);
    location.reload();
  };
  const about = { opening: "account_opening", notOpened: "account_not_opened", retry };
  const module = await awaited.module(() => import("./account.js"), about);
  if (!module) return;
  const account = new module.AccountVisit({
    ...house,
    signIn: ({ link }) => {
      const opened = { link, to: ACCOUNT };
      // For the way back from a provider, which begins the page anew.
      kept.open(opened);
      const signIn = new SignIn({ ...house, opened, arrival: null });
      visit = signIn;
      signIn.start();
    },
  });
  visit = account;
  account.start(arrival);
}

/**
 * The link and destination that the address bar brought, or that this tab already had.
 *
 * @param {URLSearchParams} address
 */
function readLink(address) {
  const link = address.get("l");
  if (link) {
    const to = address.get("to") ?? undefined;
    const opened = { link, ...readRequest(address, link) };
    kept.open(to && to.length <= LONGEST_DESTINATION ? { ...opened, to } : opened);
    // Whoever the portal expects, it is not whom this tab had typed before.
    if (opened.hint) kept.typeEmail("");
  } else if (kept.opened()?.to === ACCOUNT && !location.hash) {
    // The address alone is no wish to see the account again.
    kept.open({ link: kept.opened()?.link ?? "" });
  } else if (!kept.opened()) {
    const opened = openedFor(kept.challenge());
    if (opened) kept.open(opened);
  }
  return link === "" ? null : kept.opened();
}

function readAddress() {
  return new URLSearchParams(location.hash.slice(1));
}

/** A portal's wish is for this visit, until the contact's own choice puts an end to it. */
function ownWishes() {
  return [kept.opened()?.lang, chosenLanguage.get(), ...navigator.languages];
}

/**
 * The token leaves the address bar before anything else happens: no history, no screenshot has it.
 *
 * @param {string} what may stay
 */
function forgetFragment(what) {
  if (location.hash) history.replaceState(history.state, "", location.pathname + what);
}

/** @param {Stage} stage @param {SignIn} next @param {boolean} isPortals a portal on another site sent the browser here */
function showSignedOut(stage, next, isPortals) {
  kept.signedOut();
  kept.closeRequest();
  const facts = { workspace: kept.brand()?.name, again: kept.opened() || kept.link() ? next.start : null, isPortals };
  stage.show(signedOut, facts);
  if (facts.again || isPortals) return;
  // Without a link there may be the front entrance.
  portico.resolve({ link: `ent_${workspace}` }).then(
    () => visit === next && stage.isShowing(signedOut) && stage.redraw({ ...facts, again: next.start }),
    () => {},
  );
}

/** @param {Stage} stage @param {import("./brand.js").Brand} workspace */
async function takeOver(stage, workspace) {
  const { name, logo_url, accent_color, locale, support_url, privacy_url, terms_url, powered_by, check_pasted_code } = workspace;
  const brand = { name, logo_url, accent_color, locale, support_url, privacy_url, terms_url, powered_by, check_pasted_code };
  kept.keepBrand(brand);
  showBrand(byId("brand"), brand);
  const hasOwnWish = pickLanguage(ownWishes());
  const language = hasOwnWish ?? pickLanguage([locale]);
  if (language && language !== stage.words.language) {
    // Words in another language are better than none.
    stage.words = await loadWords(language).catch(() => stage.words);
  }
  setLanguage(stage);
}

/** @param {Stage} stage */
function setLanguage({ words }) {
  document.documentElement.lang = words.language;
  document.documentElement.dir = words.direction;
  const name = kept.brand()?.name;
  words.workspace = name;
  document.title = name ? words.text("title_of", { workspace: name }) : words.text("title");
  byId("language-label").textContent = words.text("language");
  showFoot(byId("links"), byId("made-by"), kept.brand(), words);
  /** @type {HTMLSelectElement} */ (byId("language")).value = words.language;
}

/** @param {Stage} stage */
function languageSwitch(stage) {
  const select = /** @type {HTMLSelectElement} */ (byId("language"));
  select.replaceChildren(
    ...Object.entries(LANGUAGES).map(([language, name]) => el("option", { value: language, lang: language }, name)),
  );
  select.value = stage.words.language;
  byId("foot").hidden = false;
  select.addEventListener("change", async () => {
    try {
      stage.words = await loadWords(select.value);
    } catch {
      select.value = stage.words.language;
      return;
    }
    chosenLanguage.set(select.value);
    const { lang, ...opened } = kept.opened() ?? { link: "" };
    if (lang) kept.open(opened);
    setLanguage(stage);
    stage.redraw();
  });
}

/** @param {string} id */
function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no ${id}`);
  return element;
}
