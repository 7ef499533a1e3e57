/** The team's console: finds its language, and hands over to the frame that shows one screen at a time. */

import { Api } from "./console/api.js";
import { ownZone } from "./console/moments.js";
import { Unsent } from "./console/unsent.js";
import { Shell } from "./console/shell.js";
import { el } from "./elements.js";
import { chosenLanguage } from "./keep.js";
import { LANGUAGES, loadWords, pickLanguage } from "./words.js";

const WORDS = "words/console";

start();

async function start() {
  const workspace = location.pathname.split("/")[1] ?? "";
  const wished = pickLanguage([chosenLanguage.get(), ...navigator.languages]) ?? "en";
  const words = await loadWords(wished, [WORDS]).catch(() => null);
  if (!words) return byId("slow").classList.add("now");
  byId("slow").remove();
  const page = { brand: byId("brand"), who: byId("who"), menu: byId("menu"), nav: byId("nav"), banner: byId("banner"), main: byId("main") };
  const shell = new Shell({ workspace, api: new Api(workspace), unsent: new Unsent(workspace), words, page });
  setLanguage(words);
  languageSwitch(shell);
  byId("skip").addEventListener("click", (event) => {
    // The fragment says which screen is shown, so it stays as it is.
    event.preventDefault();
    document.getElementById("heading")?.focus();
  });
  // By the back button the page is shown as it was left, also to whoever comes after a sign-out.
  window.addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
  shell.start();
}

/** @param {import("./words.js").Words} words */
function setLanguage(words) {
  document.documentElement.lang = words.language;
  document.documentElement.dir = words.direction;
  document.title = words.text("console");
  byId("language-label").textContent = words.text("language");
  byId("skip").textContent = words.text("skip");
  byId("zone").textContent = words.text("times_in", { zone: ownZone() });
}

/** @param {Shell} shell */
function languageSwitch(shell) {
  const select = /** @type {HTMLSelectElement} */ (byId("language"));
  select.replaceChildren(
    ...Object.entries(LANGUAGES).map(([language, name]) => el("option", { value: language, lang: language }, name)),
  );
  select.value = shell.words.language;
  byId("foot").hidden = false;
  select.addEventListener("change", async () => {
    // What a screen says of an answer that it waits for has the words of that screen in it.
    const words = await loadWords(select.value, shell.words.folders).catch(() => null);
    if (!words) {
      select.value = shell.words.language;
      return;
    }
    chosenLanguage.set(select.value);
    setLanguage(words);
    shell.speak(words);
  });
}

/** @param {string} id */
function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`console.html has no ${id}`);
  return element;
}
