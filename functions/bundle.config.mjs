/**
 * `make bundle`: what browsers load of the hosted page, made of the modules in sign_in_page/static.
 *
 * Every module that a visit may need at once becomes one script. What the page loads later, with
 * import(), becomes a script of its own, and takes all else from the first.
 */

import { readFile } from "node:fs/promises";

const STATIC = new URL("sign_in_page/static/", import.meta.url);

export default {
  input: new URL("assets/page.js", STATIC).pathname,
  // So that what two scripts share stands in the first, and not in a third.
  preserveEntrySignatures: "allow-extension",
  output: {
    format: "esm",
    minify: true,
    // Scripts of two deployments may meet. By its own name a thing is the right one, or none.
    minifyInternalExports: false,
    entryFileNames: "assets/[name].js",
    chunkFileNames: "assets/[name].js",
  },
  plugins: [{ name: "page", generateBundle: emitPage }],
};

/** @this {{ emitFile: (file: object) => void }} */
async function emitPage() {
  const [page, style, icon] = await Promise.all(["index.html", "assets/page.css", "assets/favicon.svg"].map(read));
  const source = lean(
    put(page, {
      '<link rel="stylesheet" href="/assets/page.css">': `<style>${lean(style)}</style>`,
      '"/assets/favicon.svg"': `"data:image/svg+xml,${encodeURIComponent(icon.trim())}"`,
    }),
  );
  this.emitFile({ type: "asset", fileName: "index.html", source });
}

/** @param {string} name */
function read(name) {
  return readFile(new URL(name, STATIC), "utf8");
}

/** Put contents into the page, in the place of what names them. @param {string} page @param {Record<string, string>} contents */
function put(page, contents) {
  return Object.entries(contents).reduce((text, [name, content]) => {
    if (!text.includes(name)) throw new Error(`index.html has no ${name}`);
    return text.replace(name, () => content);
  }, page);
}

/** Without comments and indentation. @param {string} text of CSS or HTML */
function lean(text) {
  return text.replace(/\/\*[^]*?\*\/|<!--[^]*?-->/g, "").replace(/\n\s*/g, "\n").trim();
}
