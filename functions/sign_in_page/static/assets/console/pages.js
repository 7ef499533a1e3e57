/** Longer lists, which the API answers page by page; a page may be empty before the last. */

/** @typedef {import("./place.js").Place} Place */
/** @typedef {{ items: any[], next: string | null, complete?: boolean }} Gathered */

const MOST_PAGES = 20;

/**
 * Read on until there is something to show.
 *
 * @param {Place} place
 * @param {string} path
 * @param {string} name of the list in the answer
 * @param {{ query?: Record<string, string>, asks?: object, before?: Gathered, least?: number, pages?: number }} [options] a list that
 *   is asked for by a body has `asks`
 * @returns {Promise<Gathered>}
 */
export async function gather(place, path, name, { query = {}, asks, before, least = 20, pages = MOST_PAGES } = {}) {
  if (before && !before.next) return before;
  const items = [...(before?.items ?? [])];
  let next = before?.next ?? null;
  let complete = before?.complete;
  const wanted = items.length + least;
  for (let page = 0; page < pages; page += 1) {
    const cursor = /** @type {Record<string, string>} */ (next ? { cursor: next } : {});
    const { body } = asks
      ? await place.ask("POST", path, { body: { ...asks, ...cursor } })
      : await place.ask("GET", path, { query: { ...query, ...cursor } });
    items.push(...body[name]);
    next = body.next;
    complete = body.complete;
    if (!next || items.length >= wanted) break;
  }
  return { items, next, complete };
}
