/** *Team* and *Keys*: for owners and admins, who are there seldom. */

export { newKey, showKeys } from "./keys.js";
export { changeRole, newMember, showTeam, teamWays } from "./team.js";
