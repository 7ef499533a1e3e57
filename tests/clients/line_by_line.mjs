/** Does what a test asks, one JSON line each, with the functions that the caller hands over. */

import { createInterface } from "node:readline";

/** @param {Record<string, (asked: any) => unknown>} deeds */
export async function answer(deeds) {
  for await (const line of createInterface({ input: process.stdin })) {
    const { do: name, ...asked } = JSON.parse(line);
    let said;
    try {
      said = { said: (await deeds[name](asked)) ?? null };
    } catch (error) {
      const { code, cause } = error;
      said = { refused: error.error ?? cause?.error ?? code ?? error.message, status: error.status, text: `${error}` };
    }
    process.stdout.write(`${JSON.stringify(said)}\n`);
  }
}
