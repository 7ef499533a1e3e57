/** What each role is shown. What it may do, the API decides at each request. */

/** @typedef {import("./api.js").Role} Role */

/** As `MAY` in portico/team/rules.py has it; a test compares the two. @type {Record<string, Role[]>} */
export const MAY = {
  "settings:read": ["owner", "admin", "agent", "auditor"],
  "settings:write": ["owner", "admin"],
  "team:read": ["owner", "admin", "auditor"],
  "team:write": ["owner"],
  "directory:decide": ["owner", "admin"],
  "contact:read": ["owner", "admin", "agent", "auditor"],
  "contacts:list": ["owner", "admin", "auditor"],
  "contacts:import": ["owner", "admin"],
  "contacts:merge": ["owner", "admin"],
  "contact:export": ["owner", "admin", "auditor"],
  "contact:erase": ["owner", "admin"],
  "contact:write": ["owner", "admin", "agent"],
  "contact:address": ["owner", "admin"],
  "contact:deactivate": ["owner", "admin"],
  "contact:reactivate": ["owner", "admin"],
  "contact:lift": ["owner", "admin", "agent"],
  "links:read": ["owner", "admin", "agent", "auditor"],
  "links:write": ["owner", "admin", "agent"],
  "shared-links:write": ["owner", "admin"],
  "sessions:read": ["owner", "admin", "agent", "auditor"],
  "sessions:end": ["owner", "admin", "agent"],
  "trail:read": ["owner", "admin", "auditor"],
  "contact:trail": ["owner", "admin", "agent", "auditor"],
};

/** What somebody must be allowed to be shown a form by its address. The API decides of what is sent. @type {Record<string, string>} */
export const SCREEN_FOR = {
  add: "contact:write",
  edit: "contact:write",
  "new-link": "links:write",
  rotate: "links:write",
  "new-member": "team:write",
  role: "team:write",
  "ways-in": "team:write",
  "new-key": "team:write",
  change: "settings:write",
  "new-connection": "settings:write",
  "connection-secret": "settings:write",
  "change-connection": "settings:write",
  "switch-connection": "settings:write",
};

/** @type {Record<Role, number>} */
const RANKS = { owner: 3, admin: 2, agent: 1, auditor: 1 };

/** Nobody acts on a role as high as their own, but on themselves. */
/** @param {import("./api.js").Member} member @param {{ id: string, role: Role | null }} contact */
export function mayActOn(member, { id, role }) {
  return id === member.id || role === null || RANKS[member.role] > RANKS[role];
}

/**
 * What the button of each remedy asks for; as `PRESSED_BY` in portico/edge/diagnosis_routes.py has it, and a test compares
 * the two.
 *
 * @type {Record<string, string>}
 */
const PRESSED_BY = {
  "switch-on": "settings:write",
  "end-pause": "settings:write",
  "take-codes": "settings:write",
  "switch-connection-on": "settings:write",
  "test-connection": "settings:write",
  "confirm-connection": "team:write",
  "add-contact": "contact:write",
  reactivate: "contact:reactivate",
  "new-link": "links:write",
  lift: "contact:lift",
  "lift-domain": "contact:lift",
};

/** What is pressed on the contact themselves, so that their own role counts as well. */
const ON_A_CONTACT = ["reactivate", "new-link", "lift"];

/**
 * Who has a button for a remedy. Nobody has one for another owner.
 *
 * @param {string} remedy as the API names it
 * @param {Role | null} role the contact's
 * @returns {Role[]}
 */
export function rolesFor(remedy, role) {
  const roles = MAY[PRESSED_BY[remedy]] ?? [];
  return role && ON_A_CONTACT.includes(remedy) ? roles.filter((each) => RANKS[each] > RANKS[role]) : roles;
}
