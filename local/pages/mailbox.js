/** The mails of this run. New ones come by themselves, and are opened unless an older one is read. */

import { offerTeam } from "./team.js";

/**
 * @typedef {{ id: number, at: string, from: string, to: string, subject: string, text: string,
 *   html: string, inline: Record<string, string>, headers: Record<string, string> }} Mail `at` is
 *   in ISO 8601; `inline` leads from a picture's name in `html` to its data
 */

/** @typedef {{ id: string, at: string, workspace: string, to: string, why: string, then: string }} Withheld */

/** The newest; withheld.json has the others. */
const SHOWN_HELD = 5;
const LOOK_EVERY_MS = 1500;
const CODE = /\b[0-9A-Z]{3}-[0-9A-Z]{4}\b/;

/** @param {string} id @returns {any} an element that mailbox.html has */
const at = (id) => document.getElementById(id);

/** @type {Mail[]} newest first */
let mails = [];
/** @type {number | null} */
let opened = null;

/** @type {string | undefined} */
let newestHeld;

/** @param {{ at: string }} mail */
function time(mail) {
  return new Date(mail.at).toLocaleTimeString();
}

/** @param {Mail} mail */
function row(mail) {
  const button = document.createElement("button");
  const texts = [
    [mail.subject, ""],
    [`${mail.to} · ${time(mail)}`, "soft small"],
  ];
  for (const [text, style] of texts) {
    const line = document.createElement("span");
    line.dir = "auto";
    line.className = style;
    line.textContent = text;
    button.append(line);
  }
  button.setAttribute("aria-current", String(mail.id === opened));
  button.addEventListener("click", () => open(mail));
  const item = document.createElement("li");
  item.append(button);
  return item;
}

/** @param {Mail} mail */
function withPictures(mail) {
  let html = mail.html;
  for (const [name, data] of Object.entries(mail.inline)) html = html.replaceAll(name, data);
  return html;
}

/** What becomes of the mails to a mailbox, by its address. */
/** @type {{ fates: Record<string, string>, mailboxes: Record<string, string> }} */
let servers = { fates: {}, mailboxes: {} };

/** @param {Mail} mail */
function showFate(mail) {
  const options = Object.entries(servers.fates).map(([name, label]) => new Option(label, name));
  at("fate").replaceChildren(...options);
  at("fate").value = servers.mailboxes[mail.to] ?? Object.keys(servers.fates)[0];
}

/** @param {Mail} mail */
function open(mail) {
  opened = mail.id;
  showFate(mail);
  at("subject").textContent = mail.subject;
  at("people").textContent = `From ${mail.from} to ${mail.to}, ${new Date(mail.at).toLocaleString()}`;
  at("html").srcdoc = withPictures(mail);
  at("text").textContent = mail.text;
  at("headers").textContent = Object.entries(mail.headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
  at("copy").hidden = !CODE.test(mail.text);
  list();
}

function list() {
  at("list").replaceChildren(...mails.map(row));
}

/** @param {Withheld} mail */
function heldRow(mail) {
  const item = document.createElement("li");
  const texts = [
    [`No mail to ${mail.to} (${mail.workspace}, ${time(mail)}): ${mail.why}.`, ""],
    [mail.then, "soft small"],
  ];
  for (const [text, style] of texts) {
    const line = document.createElement("p");
    line.dir = "auto";
    line.className = style;
    line.textContent = text;
    item.append(line);
  }
  return item;
}

async function lookForWithheld() {
  const answer = await fetch("/_local/withheld.json");
  /** @type {Withheld[]} */
  const found = (await answer.json()).reverse();
  if (found[0]?.id === newestHeld) return;
  newestHeld = found[0]?.id;
  at("held").hidden = found.length === 0;
  at("held-list").replaceChildren(...found.slice(0, SHOWN_HELD).map(heldRow));
}

async function lookForServers() {
  if (Object.keys(servers.fates).length > 0) return;
  servers = await (await fetch("/_local/fates.json")).json();
}

async function look() {
  await lookForServers();
  if (at("team").children.length === 0) await offerTeam(at("team"), at("team-status"));
  await lookForWithheld();
  const answer = await fetch(`/_local/mailbox.json?after=${mails[0]?.id ?? 0}`);
  const found = (await answer.json()).reverse();
  if (found.length === 0) return;
  const readsTheNewest = opened === null || opened === mails[0]?.id;
  mails = [...found, ...mails];
  at("none").hidden = mails.length > 0;
  at("mailbox").hidden = mails.length === 0;
  if (readsTheNewest && mails.length > 0) open(mails[0]);
  else list();
}

async function keepLooking() {
  if (document.visibilityState === "visible") {
    try {
      await look();
      at("status").textContent = "";
    } catch {
      // Another run counts its mails from one again.
      mails = [];
      at("status").textContent = "No answer from this machine. Is make run still running?";
    }
  }
  setTimeout(keepLooking, LOOK_EVERY_MS);
}

at("fate").addEventListener("change", async () => {
  const mail = mails.find((each) => each.id === opened);
  if (!mail) return;
  const body = JSON.stringify({ to: mail.to, fate: at("fate").value });
  const answer = await fetch("/_local/fates", { method: "POST", body });
  if (!answer.ok) return;
  servers = await answer.json();
  at("status").textContent = `The next mail to ${mail.to} ${servers.fates[at("fate").value]}.`;
});

at("copy").addEventListener("click", async () => {
  const code = at("text").textContent.match(CODE)?.[0] ?? "";
  await navigator.clipboard.writeText(code);
  at("status").textContent = `Copied ${code}`;
});

keepLooking();
