/**
 * The sign-in page as contacts would see it, before a change is saved: by the very page, its style and its code. The
 * mail stands beside it.
 *
 * Nothing in it does anything: it is a copy without listeners, in a frame that runs no script and sends no form. The
 * console's policy knows the page's style as little as any other, so it comes in through the CSSOM.
 */

import { showBrand } from "../brand.js";
import { choose } from "../choose-screen.js";
import { el } from "../elements.js";
import { showFoot } from "../foot.js";
import { LANGUAGES, loadWords } from "../words.js";
import { choice, labelled } from "./choice.js";
import { fitting } from "./frame-height.js";
import { mailPreviewOf } from "./mail-preview.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("../brand.js").Brand} Brand */

const IS_DARK = "(prefers-color-scheme: dark)";
const HAS_NO_SCRIPT = "(scripting: none)";
/** Pixels. */
const LEAST_HEIGHT = 320;

/** @type {Promise<Document> | null} */
let served = null;

/**
 * @param {Place} place
 * @param {() => Partial<Brand>} typed what the form would change of the look
 * @param {() => import("./mail-preview.js").Unsaved} unsaved the same, as the API takes it
 */
export function previewOf(place, typed, unsaved) {
  const { words, settings } = place;
  const language = choice(Object.entries(LANGUAGES), settings.locale);
  const theme = choice(["light", "dark"].map((each) => [each, words.text(`preview_${each}`)]), matchMedia(IS_DARK).matches ? "dark" : "light");
  const frame = el("iframe", { class: "of-page", title: words.text("preview_title"), sandbox: "allow-same-origin", inert: true, tabindex: "-1" });
  const status = el("p", { class: "soft", role: "status" });
  const fit = fitting(frame, LEAST_HEIGHT);
  let drawing = 0;
  const draw = async () => {
    drawing += 1;
    const mine = drawing;
    try {
      const [whole, own, ways] = await Promise.all([pageOf(settings.id), loadWords(language.value), waysOf(place)]);
      if (mine !== drawing || place.isOver || !frame.contentDocument) return;
      status.replaceChildren();
      drawIn(frame, { whole, words: own, ways, brand: { ...brandOf(settings), ...typed() }, isDark: theme.value === "dark" });
      fit();
    } catch {
      served = null;
      status.replaceChildren(...words.nodes("preview_missing"));
    }
  };
  for (const each of [language, theme]) each.addEventListener("change", draw);
  // Some browsers put an empty page into a new frame a moment later.
  frame.addEventListener("load", draw);
  const mail = mailPreviewOf(place, { language, theme, unsaved });
  const page = el(
    "section",
    { class: "panel preview", "aria-labelledby": "preview" },
    el("h2", { id: "preview" }, ...words.nodes("preview_title")),
    el("p", { class: "soft" }, ...words.nodes("preview_text")),
    el("div", { class: "choices" }, labelled(words.nodes("preview_language"), language), labelled(words.nodes("preview_theme"), theme)),
    status,
    frame,
  );
  const both = () => {
    draw();
    mail.draw();
  };
  return { node: el("div", { class: "previews" }, page, mail.node), draw: both };
}

/** The page as it is served, read and not run. @param {string} workspace @returns {Promise<Document>} */
function pageOf(workspace) {
  served ??= new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", `/${workspace}`);
    request.responseType = "document";
    request.onload = () => (request.status === 200 && request.responseXML ? resolve(request.responseXML) : reject(new Error("no page")));
    request.onerror = reject;
    request.send();
  });
  return served;
}

/** How contacts sign in, as the settings have it. @param {Place} place */
async function waysOf(place) {
  const { settings } = place;
  const { body } = await place.ask("GET", "/connections");
  const offered = body.connections.filter((/** @type {any} */ each) => settings.sso_method && each.on);
  const isOpen = settings.directory_rule !== "sso_only";
  return {
    code: settings.code_method && isOpen,
    password: settings.password_method && isOpen,
    sign_up: settings.sign_up && settings.directory_rule === "off",
    sso: offered.map((/** @type {any} */ { id, kind, label }) => ({ id, kind, label })),
  };
}

/** @param {Record<string, any>} settings @returns {Brand} */
export function brandOf({ id, name, logo, accent_color, locale, support_url, privacy_url, terms_url, powered_by }) {
  const logo_url = logo ? `/assets/logo/${id}/${logo}.png` : null;
  return { name, logo_url, accent_color, locale, support_url, privacy_url, terms_url, powered_by };
}

/**
 * @param {HTMLIFrameElement} frame
 * @param {{ whole: Document, words: import("../words.js").Words, ways: any, brand: Brand, isDark: boolean }} of
 */
function drawIn(frame, { whole, words, ways, brand, isDark }) {
  const inside = /** @type {Document} */ (frame.contentDocument);
  const view = /** @type {Window & typeof globalThis} */ (frame.contentWindow);
  const sheet = new view.CSSStyleSheet();
  const style = [...whole.querySelectorAll("style")].map((each) => each.textContent).join("\n");
  // The choice decides, not the browser; and scripts are off in the frame alone.
  const themed = style.replaceAll(IS_DARK, isDark ? "all" : "not all");
  sheet.replaceSync(themed.replaceAll(HAS_NO_SCRIPT, "not all"));
  inside.adoptedStyleSheets = [sheet];
  const body = inside.importNode(whole.body, true);
  for (const each of body.querySelectorAll("script, noscript, #slow")) each.remove();
  inside.body.replaceWith(body);
  const root = inside.documentElement;
  root.lang = words.language;
  root.dir = words.direction;
  root.style.colorScheme = isDark ? "dark" : "light";
  words.workspace = brand.name;
  const by = (/** @type {string} */ id) => /** @type {HTMLElement} */ (inside.getElementById(id));
  showBrand(by("brand"), brand, root);
  const link = { kind: "shared", email_hint: null, send_on_open: false };
  const way = { workspace: brand, link, methods: ways, notices: [], destination: { area: "dashboard", label: "dashboard", url: "" } };
  const built = choose({ way, typed: { email: "" }, actions: {} }, words, /** @type {any} */ (null));
  // Without their listeners.
  by("screen").replaceChildren(...built.body.map((each) => inside.importNode(each, true)));
  showFoot(by("links"), by("made-by"), brand, words);
  by("language").replaceChildren(el("option", {}, LANGUAGES[/** @type {keyof typeof LANGUAGES} */ (words.language)]));
  by("foot").hidden = false;
}
