/**
 * The sample portal's front end: what a portal on an origin of its own does with `portico.js`.
 * It asks for the session of this browser, and shows the area, or a link to sign in.
 */

import { wordsOf } from "/_portal/words.js";

/** @param {string} id @returns {any} an element that page.html has */
const at = (id) => document.getElementById(id);

/**
 * @typedef {typeof import("../../functions/sign_in_page/static/assets/portico.js")} Portico
 * @typedef {import("../../functions/sign_in_page/static/assets/portico.js").Session} Session
 * @typedef {[title: string, ...content: (Node | string)[]]} Area
 */

const config = JSON.parse(at("config").textContent);
const { workspace, area, api, link } = config;
const { language, direction, words } = wordsOf(workspace.locale);
const home = `/${workspace.id}`;

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} [attributes]
 * @param {(Node | string)[]} children
 */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** What stands around every area. */
function dress() {
  document.documentElement.lang = language;
  document.documentElement.dir = direction;
  document.documentElement.style.setProperty("--accent", workspace.accent_color ?? "#2456e6");
  at("brand").href = `${home}/`;
  at("name").textContent = workspace.name;
  if (workspace.logo_url) {
    at("logo").src = api + workspace.logo_url;
    at("logo").hidden = false;
  }
  at("edit-profile").title = words.editProfile;
  at("edit-profile").href = config.account;
  at("sign-in-link").textContent = words.signIn;
  at("sign-in-link").href = link ? wayBack() : "";
  at("sign-out").textContent = words.signOut;
  at("sign-out-everywhere").textContent = words.signOutEverywhere;
  const links = [
    ["dashboard", `${home}/`, words.dashboard],
    ["tickets", `${home}/tickets`, words.tickets],
  ];
  for (const [kind, href, text] of links) {
    const current = area.kind === kind || (kind === "tickets" && area.kind === "ticket");
    at("areas").append(element("a", { href, ...(current ? { "aria-current": "page" } : {}) }, text));
  }
}

/** The link for everybody, with the area that is open: where Portico will lead back to. */
function wayBack() {
  return area.kind === "conversation" ? link : `${link}&to=${area.text}`;
}

/** @param {string} token @param {RequestInit} [more] */
async function ownBackend(token, more = {}) {
  const answer = await fetch(`${home}/conversations.json`, {
    ...more,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
  });
  if (!answer.ok) throw new Error(`the portal's back end answered ${answer.status}`);
  return answer.json();
}

function searchBox() {
  const box = element("input", { type: "search", id: "search", placeholder: words.search, "aria-label": words.search });
  return element("form", { role: "search", class: "search" }, box);
}

/** @param {{ id: string, text: string, state: "open" | "solved" }[]} conversations */
function conversationList(conversations) {
  if (!conversations.length) return element("p", { class: "soft", id: "conversations" }, words.noConversations);
  const rows = conversations.map(({ id, text, state }) =>
    element(
      "li",
      {},
      element("a", { class: "wide", href: `${home}/tickets/${id}` }, text),
      element("span", { class: "badge" }, words[state]),
    ),
  );
  return element("ul", { class: "card lines", id: "conversations" }, ...rows);
}

/** @param {string} state @param {string} title @param {(Node | string)[]} content */
function show(state, title, ...content) {
  document.title = `${title} · ${workspace.name}`;
  const main = at("area");
  main.dataset.state = state;
  main.dataset.area = area.text;
  main.replaceChildren(element("div", { class: "stack" }, element("h1", {}, title), ...content));
}

/** @type {Record<string, (contact: Session["contact"], token: string) => Area | Promise<Area>>} */
const AREAS = {
  async dashboard(contact, token) {
    const { conversations } = await ownBackend(token);
    const flows = workspace.request_flows.map((/** @type {string} */ flow) =>
      element("a", { class: "card", href: `${home}/requests/${flow}` }, element("h2", {}, words.request(flow))),
    );
    const tickets = element(
      "a",
      { class: "card", href: `${home}/tickets` },
      element("h2", {}, words.yourTickets),
      element("p", { class: "soft" }, words.yourTicketsText),
    );
    const start = element("a", { class: "button", id: "start-conversation", href: `${home}/conversation` }, words.start);
    return [
      words.hello(contact.name),
      searchBox(),
      element("h2", {}, words.yourConversations),
      conversationList(conversations),
      element("p", {}, start),
      element("div", { class: "grid" }, tickets, ...flows),
    ];
  },

  tickets() {
    const rows = [
      ["123", words.open],
      ["77", words.solved],
    ].map(([id, state]) =>
      element(
        "li",
        {},
        element("a", { class: "wide", href: `${home}/tickets/${id}` }, words.ticket(id)),
        element("span", { class: "soft" }, words.asked),
        element("span", { class: "badge" }, state),
      ),
    );
    return [words.yourTickets, element("ul", { class: "card lines" }, ...rows)];
  },

  ticket(contact) {
    const said = [
      [contact.name, words.asked],
      [workspace.name, words.answered],
    ].map(([who, text]) =>
      element("li", {}, element("strong", {}, who), element("span", { class: "wide" }, text)),
    );
    return [words.ticket(area.name), element("ul", { class: "card lines" }, ...said)];
  },

  conversation(contact, token) {
    const text = element("textarea", { name: "text", id: "text", required: "", maxlength: "2000" });
    const form = element(
      "form",
      { class: "card stack" },
      element("label", { for: "text" }, words.what),
      text,
      element("button", { class: "button", id: "send" }, words.send),
    );
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      await ownBackend(token, { method: "POST", body: JSON.stringify({ text: text.value }) });
      location.assign(`${home}/`);
    });
    return [words.start, form];
  },

  request() {
    const form = element(
      "form",
      { class: "card stack" },
      element("label", {}, words.what, element("textarea", { name: "what", required: "" })),
      element("button", { class: "button" }, words.send),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      form.replaceChildren(element("p", { role: "status" }, words.sent));
    });
    return [words.request(area.name), form];
  },
};

/** @param {Session} session */
async function showArea(session) {
  const [title, ...content] = await AREAS[area.kind](session.contact, session.access_token);
  show("signed-in", title, ...content);
  at("area").dataset.contact = session.contact.id;
  at("contact").textContent = words.signedInAs(session.contact.name, session.contact.email);
  at("who").hidden = at("areas").hidden = at("sign-out-everywhere").hidden = false;
  at("sign-in-link").hidden = true;
  at("foot").textContent = words.cameTo(area.text);
}

function showSignedOut() {
  at("who").hidden = at("areas").hidden = at("sign-out-everywhere").hidden = true;
  at("sign-in-link").hidden = !link;
  at("foot").textContent = "";
  const way = link
    ? element("a", { class: "button", id: "sign-in", href: wayBack() }, words.signIn)
    : element("p", {}, words.askForLink);
  const search = area.kind === "dashboard" ? [searchBox()] : [];
  show("signed-out", words.signedOut, ...search, element("p", {}, words.signedOutText), element("p", {}, way));
}

/** @param {{ type?: string }} error a PorticoError, or whatever the portal's own back end was */
function showProblem(error) {
  const isOff = error.type === "portal-unavailable";
  const [title, text] = isOff
    ? [words.unavailable, words.unavailableText]
    : [words.unreachable, words.unreachableText];
  show(isOff ? "unavailable" : "unreachable", title, element("p", {}, text));
}

async function start() {
  // A portal of your own imports it from a fixed address; here the port is chosen at the start.
  /** @type {Portico} */
  const { createPortico } = await import(`${api}/assets/portico.js`);
  const portico = createPortico({ workspace: workspace.id });

  /** @param {{ everywhere?: boolean }} [options] */
  async function leave(options) {
    await portico.signOut(options);
    showSignedOut();
    at("area").focus();
  }
  at("sign-out").addEventListener("click", () => leave().catch(showProblem));
  at("sign-out-everywhere").addEventListener("click", () => leave({ everywhere: true }).catch(showProblem));

  const session = await portico.session();
  if (session) await showArea(session);
  else showSignedOut();
}

dress();
start().catch(showProblem);
