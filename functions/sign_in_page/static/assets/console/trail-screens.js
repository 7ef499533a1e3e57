/** *Logs*, *Overview*, *Changes* and *Directory*: one script, since they say the trail in the same words. */

export { showChanges } from "./changes.js";
export { showDirectory } from "./directory.js";
export { showLogs, showTrailOf } from "./logs.js";
export { showOverview } from "./overview.js";
