/** The sample world as links to click. */

/**
 * @typedef {{ id: string, workspace: string, label: string | null, url: string | null, kind: string,
 *   state: string, destination: string }} Link `url` is null where its secret is not known any more
 * @typedef {{ workspace: string, name: string, email: string, active: boolean,
 *   role: string | null }} Contact
 * @typedef {{ id: string, workspace: string, label: string, on: boolean }} Connection
 * @typedef {{ id: string, name: string, about: string, portal_url: string, portal_enabled: boolean,
 *   directory_rule: string }} Workspace
 * @typedef {{ now: string, workspaces: Workspace[], links: Link[], contacts: Contact[],
 *   connections: Connection[], unknown_emails: string[],
 *   directory_url: string }} World what /_local/world.json answers
 */

const GOOD = "alive";

/** @param {string} tag @param {Record<string, string>} [attributes] @param {(Node | string)[]} children */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** @param {string} text @param {string} [kind] */
function badge(text, kind = "") {
  return element("span", { class: `badge ${kind}` }, text);
}

/** @param {Link} link */
function linkRow(link) {
  const name = link.label ?? link.id;
  const text = element("bdi", {}, name);
  const shown = link.url ? element("a", { href: link.url, target: "portico" }, text) : text;
  return element(
    "li",
    {},
    element("span", { class: "wide" }, shown),
    element("code", {}, link.destination),
    badge(link.kind, "plain"),
    badge(link.state, link.state === GOOD ? "" : "bad"),
  );
}

/** @param {Contact} contact */
function contactRow(contact) {
  const name = element("span", { class: "wide" }, element("bdi", {}, contact.name));
  const state = contact.active ? badge("active") : badge("deactivated", "bad");
  const role = contact.role ? [badge(contact.role, "plain")] : [];
  return element("li", {}, name, element("code", {}, contact.email), ...role, state);
}

/** @param {Connection[]} those */
function connections(those) {
  if (those.length === 0) return [];
  const row = (/** @type {Connection} */ each) =>
    element(
      "li",
      {},
      element("span", { class: "wide" }, element("bdi", {}, each.label)),
      element("code", {}, each.id),
      each.on ? badge("on") : badge("off", "bad"),
    );
  return [element("h3", {}, "Connections"), element("ul", { class: "rows" }, ...those.map(row))];
}

/** @param {Workspace} workspace @param {World} world */
function card(workspace, world) {
  const isIts = (/** @type {{ workspace: string }} */ each) => each.workspace === workspace.id;
  const portal = element("a", { href: `${workspace.portal_url}/`, target: "portal" }, "sample portal");
  return element(
    "section",
    { class: "card" },
    element(
      "div",
      { class: "ends" },
      element("h2", {}, element("bdi", {}, workspace.name)),
      element("code", {}, workspace.id),
      ...(workspace.directory_rule === "off" ? [] : [badge(`directory: ${workspace.directory_rule}`, "plain")]),
      ...(workspace.portal_enabled ? [] : [badge("portal off", "bad")]),
      portal,
    ),
    element("p", { class: "soft" }, workspace.about),
    element("h3", {}, "Links"),
    element("ul", { class: "rows" }, ...world.links.filter(isIts).map(linkRow)),
    ...connections(world.connections.filter(isIts)),
    element("h3", {}, "Contacts"),
    element("ul", { class: "rows" }, ...world.contacts.filter(isIts).map(contactRow)),
  );
}

/** @param {string} id @returns {any} an element that index.html has */
const at = (id) => document.getElementById(id);

/** @param {string} now in ISO 8601 */
function showTime(now) {
  at("now").textContent = new Date(now).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

async function show() {
  const answer = await fetch("/_local/world.json");
  /** @type {World} */
  const world = await answer.json();
  showTime(world.now);
  Object.assign(at("directory"), { href: `${world.directory_url}/`, hidden: false });
  at("workspaces").replaceChildren(...world.workspaces.map((each) => card(each, world)));
  at("unknown").textContent = `Not a contact of any workspace: ${world.unknown_emails.join(", ")}. The page must look the same for this address.`;
}

/** @param {number} seconds */
async function forward(seconds) {
  const answer = await fetch("/_local/clock", { method: "POST", body: JSON.stringify({ forward_seconds: seconds }) });
  showTime((await answer.json()).now);
  await show();
}

/** @param {() => Promise<void>} work */
function saying(work) {
  return work().then(
    () => (at("failed").hidden = true),
    () => (at("failed").hidden = false),
  );
}

for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-forward]"))) {
  button.addEventListener("click", () => saying(() => forward(Number(button.dataset.forward))));
}
addEventListener("focus", () => saying(show));
saying(show);
