/** Does this browser keep our cookies? Without them a right code signs nobody in for long. */

/** No cookie of ours has this name, and it is gone before any request is made. */
const PROBE = "__Host-portico_probe";

const SHAPE = "Path=/; Secure; SameSite=Lax";

export function keepsCookies() {
  try {
    document.cookie = `${PROBE}=1; ${SHAPE}; Max-Age=60`;
    const isKept = document.cookie.split("; ").includes(`${PROBE}=1`);
    document.cookie = `${PROBE}=; ${SHAPE}; Max-Age=0`;
    return isKept;
  } catch {
    return false;
  }
}
