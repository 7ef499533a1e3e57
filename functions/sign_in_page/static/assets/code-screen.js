/** Enter the code: one field, one button, and what to do while the mail is on its way. */

import { fold, keepSpelled, spell } from "./code-field.js";
import { el } from "./elements.js";
import { mailNews } from "./mail-line.js";
import { button, evenly, field, form, heading, messageSlot, paragraph, sharedComputer, trouble } from "./parts.js";
import { passwordField } from "./password-field.js";

/** @typedef {import("./words.js").Words} Words */
/** @typedef {import("./stage.js").Stage} Stage */

/** After this long a mail is late enough to say what else there is to try. */
const LATE_AFTER_MS = 120_000;

/** The seconds at which a listener hears how long the wait still is. */
const SAID_AT = [90, 60, 30, 10];

/** What is said of the code, by its purpose. @type {Record<string, string>} */
const LEADS = { reset: "reset_lead", sign_up: "sent_lead_plain", confirm: "confirm_lead", new_email: "new_email_lead" };

/** @type {import("./stage.js").Screen} */
export const enterCode = ({ brand, challenge, address, typed, sentOff, canChange, line, lead, actions }, words, stage) => {
  const isReset = challenge.purpose === "reset";
  // With a new password there is more to fill in; and a text that was refused is not known after a reload.
  const checksItself = brand.check_pasted_code === true && !isReset && !(challenge.refused && !sentOff.size);
  const onWhole = (/** @type {string} */ code) => checksItself && !sentOff.has(code) && actions.verify(code);
  const input = codeInput(typed, challenge.code_length, stage, onWhole);
  const asked = field(input, words, {
    label: "code_label",
    hint: "code_hint",
    more: checksItself ? "code_checked" : undefined,
    values: { minutes: 10 },
    describedBy: "lead",
  });
  const isOfAccount = challenge.purpose === "confirm" || challenge.purpose === "new_email";
  const primary = button("primary", words.nodes(isReset ? "password_set" : "continue"), null, "continue");
  const say = (/** @type {string} */ key) => stage.say(key);
  const chosen = isReset && passwordField(words, typed, { kind: "new", label: "password_new_label", slotId: "password-slot", username: address, say });
  const shared = chosen || isOfAccount ? null : sharedComputer(words, typed);
  // A pasted code goes off by itself, so what is to be ticked first stands first.
  const fields = checksItself ? [shared, asked.node] : [asked.node, chosen ? chosen.node : shared];
  const again = resendButton(words, challenge, actions, stage);
  const news = line && mailNews(words, line, stage);
  const late = stillNoMail(words, address, challenge.connects);
  // Advice for those who wait is of no use where it is known what became of the mail.
  const isKnown = () => line?.isSettled === true;
  let hasRunOut = challenge.expires_at <= Date.now();

  return {
    slot: asked.slot,
    field: input,
    primary,
    others: chosen ? { password: { slot: chosen.slot, field: chosen.input } } : undefined,
    focus: input,
    body: [
      heading(words, "check_email", {}, "mail"),
      ...whatWasSent(words, challenge, address, brand.name, lead),
      form([...fields, primary].filter((part) => part !== null), () =>
        (isReset ? actions.reset : actions.verify)(fold(input.value)),
      ),
      again.node,
      news?.node,
      late,
      canChange &&
        el("p", { class: "more" }, button("plain", words.nodes(canChange), actions.chooseAnew, "another")),
      trouble(words, {}),
    ].filter((part) => part !== undefined && part !== false && part !== null && part !== ""),
    tick(now) {
      again.tick(now);
      if (!sentOff.size && !challenge.refused && !typed.code && now < challenge.expires_at) news?.tick(now);
      if (late.hidden && !isKnown() && now - challenge.sent_at >= LATE_AFTER_MS) {
        late.hidden = false;
        stage.say("late_title");
      }
      if (isKnown()) late.hidden = true;
      if (!hasRunOut && now >= challenge.expires_at) {
        hasRunOut = true;
        stage.tell({ tone: "error", key: "code_ran_out" }, { takesFocus: false });
      }
    },
  };
};

/**
 * Which code went where. One that connects an account says so; its address and its label may be
 * known to the API alone.
 *
 * @param {Words} words
 * @param {import("./keep.js").OpenChallenge} challenge
 * @param {string} email
 * @param {string} workspace
 * @param {string} [first] what is said of a contact's first address
 */
function whatWasSent(words, { connects: provider, label, code_length: length, purpose }, email, workspace, first) {
  const named = label ? { label: el("strong", { class: "code-label" }, el("bdi", {}, label)) } : null;
  const lead = LEADS[purpose ?? ""] ?? first ?? "sent_lead";
  if (!provider) return [paragraph(words, lead, { length, email, workspace, ...named }, "lead")];
  const key = email ? "connect_lead" : "connect_lead_unseen";
  const address = el("strong", {}, el("bdi", {}, email));
  const text = evenly(words, key, { provider, length, email: address, workspace }, "lead");
  if (named) text.append(" ", ...words.nodes("labelled", named));
  return [text, evenly(words, "connect_once", { provider })];
}

/** Five were wrong: what goes on is another code. */
/** @type {import("./stage.js").Screen} */
export const codeOver = ({ again }, words) => {
  const slot = messageSlot();
  const primary = button("primary", words.nodes("code_over_again"), null, "again");
  return {
    slot,
    primary,
    body: [heading(words, "code_over_title", {}, "stopped"), paragraph(words, "code_over_text"), form([slot, primary], again), trouble(words, {})],
  };
};

/** @param {{ code: string }} typed @param {number} length @param {Stage} stage @param {(code: string) => void} onWhole */
function codeInput(typed, length, stage, onWhole) {
  const input = el("input", {
    id: "code",
    name: "code",
    class: "code",
    type: "text",
    inputmode: "text",
    autocomplete: "one-time-code",
    autocapitalize: "characters",
    autocorrect: "off",
    spellcheck: "false",
    required: true,
    dir: "ltr",
    value: spell(typed.code),
  });
  keepSpelled(input, {
    length,
    onChange(code) {
      typed.code = code;
    },
    onWhole,
    onNoCode: () => stage.tell({ tone: "error", key: "code_not_found", values: { length } }),
  });
  return input;
}

/**
 * @param {Words} words
 * @param {import("./keep.js").OpenChallenge} challenge
 * @param {{ resend: () => void, chooseAnew: () => void }} actions
 * @param {Stage} stage
 */
function resendButton(words, { resend_at }, actions, stage) {
  if (resend_at === null) {
    const node = el("p", { class: "spent" }, ...words.nodes("no_more_codes"));
    return { node, tick() {} };
  }
  const node = button("secondary", words.nodes("resend"), () => isOver() && actions.resend(), "resend");
  const label = /** @type {HTMLElement} */ (node.querySelector(".label"));
  const isOver = (now = Date.now()) => now >= resend_at;
  let before = Math.ceil((resend_at - Date.now()) / 1000);
  return {
    node,
    tick(/** @type {number} */ now) {
      const left = Math.ceil((resend_at - now) / 1000);
      if (isOver(now)) node.removeAttribute("aria-disabled");
      else node.setAttribute("aria-disabled", "true");
      const text = isOver(now) ? words.text("resend") : words.text("resend_in", { seconds: left });
      if (label.textContent !== text) label.textContent = text;
      const passed = SAID_AT.filter((second) => before > second && left <= second).at(-1);
      if (before > 0 && left <= 0) stage.say("resend_now");
      else if (passed) stage.say("resend_soon", { time: words.duration(passed) });
      before = left;
    },
  };
}

/** @param {Words} words @param {string} address @param {string} [provider] who alone knows the address */
function stillNoMail(words, address, provider = "") {
  const whose = address ? "late_address" : "late_address_unseen";
  const hints = ["late_slow", "late_spam", whose, "late_ask"].map((key) =>
    el("li", {}, ...words.nodes(key, { email: address, provider })),
  );
  const node = el("div", { class: "late" }, el("h2", {}, ...words.nodes("late_title")), el("ul", {}, ...hints));
  node.hidden = true;
  return node;
}
