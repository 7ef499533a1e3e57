/** A frame as high as what is in it. */

/**
 * Returns what fits it after something was put in. It fits itself when it gets narrower, as on a telephone that
 * is turned, and when what is in it grows, as by a picture that comes later.
 *
 * @param {HTMLIFrameElement} frame
 * @param {number} [least] pixels
 */
export function fitting(frame, least = 0) {
  let width = 0;
  const observer = new ResizeObserver(() => {
    const root = frame.contentDocument?.documentElement;
    if (root && (frame.clientWidth !== width || root.scrollHeight > frame.clientHeight)) fit();
  });

  function fit() {
    const root = frame.contentDocument?.documentElement;
    const place = frame.parentElement;
    if (!root || !place) return;
    // A frame tells how high its content is only if it is lower itself. Its place keeps its height meanwhile:
    // a screen that gets shorter for a moment scrolls, and whoever types loses where they were.
    place.style.minBlockSize = `${place.getBoundingClientRect().height}px`;
    frame.style.blockSize = "0";
    const border = frame.offsetHeight - frame.clientHeight;
    frame.style.blockSize = `${Math.max(root.scrollHeight + border, least)}px`;
    place.style.minBlockSize = "";
    width = frame.clientWidth;
    for (const each of [frame, root]) observer.observe(each);
  }

  return fit;
}
