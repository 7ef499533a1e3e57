/** What is changed of a contact: forms, where most visits only look. */

export { changeAddress } from "./contact-address.js";
export { editContact } from "./contact-edit.js";
export { eraseContact } from "./contact-erasure.js";
