/**
 * `make bundle`: what browsers load of the hosted pages, made of the modules in sign_in_page/static.
 *
 * The sign-in page and the team's console are two, and what both need stands in each (base.css too):
 * so neither grows by the other. Every module that a visit may need at once becomes one script. What the page
 * loads later, with import(), becomes a script of its own, and takes all else from the first.
 */

import { readFile } from "node:fs/promises";

const STATIC = new URL("sign_in_page/static/", import.meta.url);
/** Work of others that a script has in it: NOTICE names each, with its licence. */
const OF_OTHERS = { "lean-qr": new URL("../requirements/node_modules/lean-qr/index.mjs", import.meta.url).pathname };
const OUTPUT = {
  format: "esm",
  minify: true,
  // Scripts of two deployments may meet. By its own name a thing is the right one, or none.
  minifyInternalExports: false,
  entryFileNames: "assets/[name].js",
  chunkFileNames: "assets/[name].js",
};

export default [bundled("page", "index.html"), bundled("console", "console.html")];

/** @param {string} name of script and style @param {string} page */
function bundled(name, page) {
  return {
    input: new URL(`assets/${name}.js`, STATIC).pathname,
    resolve: { alias: OF_OTHERS },
    // So that what two scripts share stands in the first, and not in a third.
    preserveEntrySignatures: "allow-extension",
    output: OUTPUT,
    plugins: [{ name, generateBundle: emitPage(name, page) }],
  };
}

/** @param {string} name @param {string} fileName */
function emitPage(name, fileName) {
  /** @this {{ emitFile: (file: object) => void }} */
  return async function emit() {
    const files = [fileName, "assets/base.css", `assets/${name}.css`, "assets/favicon.svg"];
    const [page, base, style, icon] = await Promise.all(files.map(read));
    const source = lean(
      put(page, {
        '    <link rel="stylesheet" href="/assets/base.css">\n': "",
        [`<link rel="stylesheet" href="/assets/${name}.css">`]: `<style>${leanStyle(base + style)}</style>`,
        '"/assets/favicon.svg"': `"data:image/svg+xml,${encodeURIComponent(icon.trim())}"`,
      }),
    );
    this.emitFile({ type: "asset", fileName, source });
  };
}

/** @param {string} name */
function read(name) {
  return readFile(new URL(name, STATIC), "utf8");
}

/** Put contents into the page, in the place of what names them. @param {string} page @param {Record<string, string>} contents */
function put(page, contents) {
  return Object.entries(contents).reduce((text, [name, content]) => {
    if (!text.includes(name)) throw new Error(`the page has no ${name}`);
    return text.replace(name, () => content);
  }, page);
}

/** Without comments and indentation. @param {string} text of CSS or HTML */
function lean(text) {
  return text.replace(/\/\*[^]*?\*\/|<!--[^]*?-->/g, "").replace(/\n\s*/g, "\n").trim();
}

/** @param {string} text of CSS, one declaration a line */
function leanStyle(text) {
  return lean(text).replace(/^([\w-]+): /gm, "$1:").replace(/;\n\}/g, "\n}");
}
