/** Moves the pointer once per frame, as a hand would, and counts the frames; added to the page by editor_frames.py. */
window.driven = (() => {
  const surface = () => document.querySelector("[role=application]");
  // The pointer is made up: there is nothing to capture.
  Element.prototype.setPointerCapture = () => undefined;

  const pointer = (type, x, y) =>
    surface().dispatchEvent(
      new PointerEvent(type, { clientX: x, clientY: y, bubbles: true, pointerId: 1, button: 0, buttons: 1 }),
    );
  const wheel = (deltaY) =>
    surface().dispatchEvent(
      new WheelEvent("wheel", { clientX: 520, clientY: 410, deltaY, bubbles: true, cancelable: true }),
    );

  /** Frames per second, and the longest one, while `move` is called before each. */
  const frames = (milliseconds, move) =>
    new Promise((done) => {
      let [count, worst, first, last] = [0, 0, null, null];
      const step = (now) => {
        first ??= now;
        if (last !== null) worst = Math.max(worst, now - last);
        last = now;
        if (now - first >= milliseconds) {
          done({ rate: (count / (now - first)) * 1000, worst });
          return;
        }
        count += 1;
        move(now - first);
        requestAnimationFrame(step);
      };
      requestAnimationFrame(step);
    });

  const along = (time) => [640 + 220 * Math.sin(time / 310), 400 + 140 * Math.cos(time / 270)];

  return {
    rest: (ms) => frames(ms, () => undefined),
    zoom: (ms) => frames(ms, (time) => wheel(Math.sin(time / 700) > 0 ? -24 : 24)),
    /** Holds the button down from one place on and moves it: pans, drags or paints, as the tool does. */
    drag: async (ms, x, y) => {
      pointer("pointermove", x, y);
      pointer("pointerdown", x, y);
      const told = await frames(ms, (time) => {
        const [toX, toY] = along(time);
        pointer("pointermove", toX, toY);
      });
      const began = performance.now();
      pointer("pointerup", ...along(ms));
      return { ...told, release: performance.now() - began };
    },
  };
})();
