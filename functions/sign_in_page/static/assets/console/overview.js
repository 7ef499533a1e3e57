/**
 * *Overview*: how many sign in, by which way, why not, and what becomes of mails. It is drawn as soon as the first page
 * is counted, and grows in place while the rest is.
 */

import { el } from "../elements.js";
import { sums } from "./counts.js";
import { inPlace, picturesOf } from "./overview-pictures.js";
import { button, panel, slot, tell } from "./parts.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("./counts.js").Day} Day */
/** @typedef {{ days: Day[], next: string | null, searched_until: number, complete_since: number | null }} Counted */

const PERIODS = [7, 30, 90];
const DAY_S = 86_400;
/** Pages without a further press. */
const MOST_PAGES = 20;

/** @param {Place} place */
export async function showOverview(place) {
  const { words } = place;
  const title = words.nodes("overview_title");
  const asked = Number(place.values.get("days"));
  const period = PERIODS.includes(asked) ? asked : 30;
  const since = Math.floor(Date.now() / 1000 / DAY_S - period + 1) * DAY_S;
  const count = async (/** @type {Counted | null} */ before) => {
    const cursor = before?.next;
    const { body } = await place.ask("POST", "/trail/overview", { body: { since, ...(cursor && { cursor }) } });
    return { ...body, days: [...(before?.days ?? []), ...body.days] };
  };
  const first = await place.read(() => count(null), title);
  if (!first) return;
  place.commands = [["trail overview", { since: `${period}d` }]];
  const pictures = picturesOf(place, { period, since });
  const holder = el("div", {});
  const more = first.next ? rest(place, first, { count, onMore: show }) : null;
  show(first);
  place.show(title, periods(place, period), more?.node, holder);
  more?.goOn();

  /** @param {Counted} counted */
  function show({ days, next }) {
    if (sums(days).signIns > 0) {
      inPlace(holder, () => pictures.show(days, !next));
      if (!pictures.node.parentElement) holder.replaceChildren(pictures.node);
    } else if (!next) holder.replaceChildren(panel(words.nodes("overview_sign_ins"), el("p", {}, ...words.nodes("overview_nothing"))));
  }
}

/**
 * What is not counted yet: it is counted page by page, until somebody stops it. Nothing below is moved by it.
 *
 * @param {Place} place
 * @param {Counted} first
 * @param {{ count: (before: Counted) => Promise<Counted>, onMore: (counted: Counted) => void }} options
 */
function rest(place, first, { count, onMore }) {
  const { words } = place;
  let counted = first;
  /** Which press counts; whatever an earlier one still hears is counted anew. */
  let turn = 0;
  let isOn = false;
  const said = slot();
  // Each page moves the moment, and only what is said beside it is read aloud.
  const status = el("span", { role: "status", tabindex: "-1" });
  const moment = el("span", {});
  const line = el("p", { class: "soft" }, status, " ", moment);
  const label = el("span", {});
  const press = button([label], () => (isOn ? stop() : goOn()));
  const node = el("div", { class: "counted" }, line, press, said);

  /** @param {string} key */
  function show(key) {
    const back = words.nodes("overview_counted_back", { moment: words.moment(counted.searched_until) });
    // A line that gets shorter would pull up what is below.
    if (line.isConnected) line.style.minBlockSize = `${line.offsetHeight}px`;
    if (status.dataset.key !== key) status.replaceChildren(...words.nodes(key));
    status.dataset.key = key;
    moment.replaceChildren(...(counted.next ? back : []));
    label.replaceChildren(...words.nodes(isOn ? "overview_stop" : "overview_count_on"));
    if (counted.next) return;
    if (document.activeElement === press) status.focus({ preventScroll: true });
    press.classList.add("gone");
  }

  function stop() {
    turn += 1;
    isOn = false;
    show("overview_stopped_count");
  }

  async function goOn() {
    turn += 1;
    isOn = true;
    const mine = turn;
    const isOver = () => place.isOver || turn !== mine;
    tell(said, null);
    show("overview_counting");
    try {
      for (let page = 1; counted.next && page < MOST_PAGES; page += 1) {
        const more = await count(counted);
        if (isOver()) return;
        counted = more;
        onMore(counted);
        if (counted.next) show("overview_counting");
      }
    } catch (error) {
      if (isOver()) return;
      tell(said, place.refused(error), { takesFocus: false });
    }
    if (counted.next) return stop();
    isOn = false;
    show("overview_all_counted");
  }

  return { node, goOn };
}

/** @param {Place} place @param {number} period */
function periods({ words }, period) {
  const items = PERIODS.map((days) => {
    const isHere = days === period;
    return el("li", {}, el("a", { href: `#overview&days=${days}`, "aria-current": isHere ? "true" : null }, ...words.nodes("overview_days", { count: days })));
  });
  return el("nav", { class: "nav periods", "aria-label": words.text("overview_period") }, el("ul", {}, ...items));
}
