/** A contact who is to be added, as far as an address says who they are. */

export const LONGEST_NAME = 100;

/**
 * One press adds them: the name is a guess, from what stands before the @, and is there to be typed over.
 *
 * @param {string} email
 */
export function proposed(email) {
  const parts = email.split("@")[0].split("+")[0].split(/[._-]+/).filter(Boolean);
  const name = parts.map((part) => part[0].toLocaleUpperCase() + part.slice(1)).join(" ");
  return { name: name.slice(0, LONGEST_NAME), email };
}
