/** One press signs a member of a sample team in, and opens their console: asks for the code, reads the mail, types it. */

/** @typedef {{ workspace: string, name: string, email: string, role: string | null }} Contact */
/** @typedef {{ id: number, to: string, text: string }} Mail */

const CODE = /\b([0-9A-Z]{3})-([0-9A-Z]{4})\b/;
const LOOK_EVERY_MS = 250;
const MAIL_WITHIN_MS = 20_000;

/** Show a button for each member. @param {HTMLElement} list @param {HTMLElement} status */
export async function offerTeam(list, status) {
  const world = await (await fetch("/_local/world.json")).json();
  /** @type {Contact[]} */
  const members = world.contacts.filter((/** @type {Contact} */ each) => each.role);
  for (const member of members) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.textContent = `${member.name}, ${member.role}`;
    button.addEventListener("click", () => {
      status.textContent = `Signing ${member.name} in…`;
      enter(member, world).catch((error) => (status.textContent = `Not signed in: ${error.message}`));
    });
    item.append(button);
    list.append(item);
  }
}

/** @param {Contact} member @param {any} world */
async function enter({ workspace, email }, world) {
  const isOpen = (/** @type {any} */ each) => each.workspace === workspace && each.kind === "shared" && each.state === "alive" && each.url;
  const link = new URLSearchParams(new URL(world.links.find(isOpen).url).hash.slice(1)).get("l");
  // An older mail may have the same two letters.
  const before = (await mails(0)).at(-1)?.id ?? 0;
  const asked = await post("/v1/codes", { workspace, link, email, to: "team" });
  const code = await codeOf(email, asked.label, before);
  const signedIn = await post("/v1/codes/verify", { challenge: asked.challenge, code, request_id: requestId() });
  location.assign(signedIn.return_to.url);
}

/** @param {number} after the id of a mail @returns {Promise<Mail[]>} what came after it, newest last */
async function mails(after) {
  return (await fetch(`/_local/mailbox.json?after=${after}`)).json();
}

/** @param {string} email @param {string} label two letters, which the mail has too @param {number} before the mail's id is higher */
async function codeOf(email, label, before) {
  const until = Date.now() + MAIL_WITHIN_MS;
  while (Date.now() < until) {
    const mail = (await mails(before)).findLast(({ to, text }) => to === email && new RegExp(`\\b${label}\\b`).test(text) && CODE.test(text));
    if (mail) return mail.text.match(CODE)?.slice(1).join("");
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error("no mail came");
}

/** @param {string} path @param {object} body */
async function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail ?? said.title);
  return said;
}

function requestId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
