/**
 * OpenAuth on the emulated DynamoDB, and contacts who sign in at it. Each line of the input is a
 * number of sign-ins, and is answered by a line with the CPU seconds that they took.
 *
 * The issuer gets Lambda's events, by the handler that its docs name. Nothing else in this process
 * runs meanwhile, so the CPU of the whole process between event and answer is the issuer's.
 */

import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { issuer } from "@openauthjs/openauth";
import { createClient } from "@openauthjs/openauth/client";
import { CodeProvider } from "@openauthjs/openauth/provider/code";
import { DynamoStorage } from "@openauthjs/openauth/storage/dynamo";
import { createSubjects } from "@openauthjs/openauth/subject";
import { CodeUI } from "@openauthjs/openauth/ui/code";
import { handle } from "hono/aws-lambda";

const HOST = "signin.acme.test";
const BACK = "http://localhost:9/callback";
const AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

const anything = { "~standard": { version: 1, vendor: "bench", validate: (value) => ({ value }) } };
const subjects = createSubjects({ contact: anything });

let spent = {};
let mailed = "";

// It logs every request. The lines are made, and go nowhere.
process.stdout.write = () => true;

const ui = CodeUI({ sendCode: async (_, code) => void (mailed = code) });
const pages = { ...ui, request: (...asked) => clocked("pages", () => ui.request(...asked)) };
const app = issuer({
  providers: { code: CodeProvider(pages) },
  storage: DynamoStorage({ table: process.env.TABLE, endpoint: process.env.AWS_ENDPOINT_URL }),
  subjects,
  success: (context, { claims }) => context.subject("contact", { email: claims.email }),
});
const lambda = handle(app);
const client = createClient({ clientID: "portal", issuer: `https://${HOST}`, fetch: (url) => app.request(url) });

const seconds = ({ user, system }) => (user + system) / 1e6;

/** Add the CPU seconds of this process until *work* is done to those of *step*. */
async function clocked(step, work) {
  const before = process.cpuUsage();
  try {
    return await work();
  } finally {
    spent[step] = (spent[step] ?? 0) + seconds(process.cpuUsage(before));
  }
}

/** A browser, which keeps cookies. */
class Browser {
  cookies = new Map();

  async sends(step, method, url, form) {
    const { pathname, search } = new URL(url, `https://${HOST}`);
    const event = httpEvent(method, pathname, search.slice(1), form);
    if (this.cookies.size) event.cookies = [...this.cookies].map(([name, value]) => `${name}=${value}`);
    const answer = await clocked(step, () => lambda(event, {}));
    if (answer.statusCode >= 400) throw new Error(`${method} ${pathname}: ${answer.statusCode} ${answer.body}`);
    for (const each of answer.cookies ?? []) {
      const [, name, value, rest] = /^([^=]+)=([^;]*)(.*)$/.exec(each);
      if (/max-age=0(;|$)/i.test(rest)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }
}

function httpEvent(method, rawPath, rawQueryString, form) {
  const sourceIp = "203.0.113.7";
  const headers = { host: HOST, "user-agent": AGENT, "x-forwarded-for": sourceIp };
  const event = {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString,
    headers,
    requestContext: {
      domainName: HOST,
      http: { method, path: rawPath, protocol: "HTTP/1.1", sourceIp, userAgent: AGENT },
      stage: "$default",
    },
    isBase64Encoded: false,
  };
  if (form) {
    headers["content-type"] = "application/x-www-form-urlencoded";
    event.body = Buffer.from(`${new URLSearchParams(form)}`).toString("base64");
    event.isBase64Encoded = true;
  }
  return event;
}

async function signsIn(email) {
  const browser = new Browser();
  const { url } = await client.authorize(BACK, "code");
  const { headers } = await browser.sends("authorize", "GET", url);
  const page = headers.location;
  await browser.sends("authorize", "GET", page);
  await browser.sends("ask", "POST", page, { action: "request", email });
  const came = await browser.sends("type", "POST", page, { action: "verify", code: mailed });
  const code = new URL(came.headers.location).searchParams.get("code");
  const asked = { grant_type: "authorization_code", code, redirect_uri: BACK, client_id: "portal" };
  const { body } = await new Browser().sends("exchange", "POST", "/token", asked);
  const { access_token: token } = JSON.parse(body);
  const read = await clocked("read", () => client.verify(subjects, token));
  if (read.err || read.subject.properties.email !== email) throw read.err ?? new Error("another's token");
}

let contact = 0;
for await (const line of createInterface({ input: process.stdin })) {
  spent = {};
  const before = process.cpuUsage();
  for (let n = 0; n < Number(line); n++) await signsIn(`contact${contact++}@example.com`);
  writeSync(1, `${JSON.stringify({ ...spent, all: seconds(process.cpuUsage(before)) })}\n`);
}
