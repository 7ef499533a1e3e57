/** Longer lists, which the API answers page by page; a page may be empty before the last. */

/** @typedef {import("./place.js").Place} Place */
/** @typedef {{ items: any[], next: string | null }} Gathered */

const MOST_PAGES = 20;

/**
 * Read on until there is something to show.
 *
 * @param {Place} place
 * @param {string} path
 * @param {string} name of the list in the answer
 * @param {{ query?: Record<string, string>, before?: Gathered, least?: number }} [options]
 * @returns {Promise<Gathered>}
 */
export async function gather(place, path, name, { query = {}, before, least = 20 } = {}) {
  const items = [...(before?.items ?? [])];
  let next = before?.next ?? null;
  const wanted = items.length + least;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { body } = await place.ask("GET", path, { query: next ? { ...query, cursor: next } : query });
    items.push(...body[name]);
    next = body.next;
    if (!next || items.length >= wanted) break;
  }
  return { items, next };
}
