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
  const isOfMany = new Set(members.map(({ workspace }) => workspace)).size > 1;
  for (const member of members) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.textContent = `${member.name}, ${member.role}${isOfMany ? ` (${member.workspace})` : ""}`;
    button.addEventListener("click", () => {
      status.textContent = `Signing ${member.name} in…`;
      enter(member).catch((error) => (status.textContent = `Not signed in: ${error.message}`));
    });
    item.append(button);
    list.append(item);
  }
}

/** By the way in of the team, which also works where the portal is off or paused. @param {Contact} member */
async function enter({ workspace, email }) {
  const link = `team_${workspace}`;
  // An older mail may have the same two letters.
  const before = (await mails(0)).at(-1)?.id ?? 0;
  const asked = await post("/v1/codes", { workspace, link, email, to: "team" });
  const code = await codeOf(email, asked.label, before);
  await post("/v1/codes/verify", { challenge: asked.challenge, code, request_id: requestId() });
  location.assign(`/${workspace}/team`);
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
  throw new Error("no mail came. Look at Held back, below.");
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
