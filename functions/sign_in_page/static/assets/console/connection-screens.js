/** What is done to a connection: one script, since its forms end in the same before and after. */

export { switchConnection } from "./connection-changes.js";
export { changeConnection, newConnection, newSecret } from "./connection-forms.js";
