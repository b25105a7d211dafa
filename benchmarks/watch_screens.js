/* Put into the page by screens_at_scale.py: looks at the elements in every frame and trusts nothing that the app says of itself. */
(() => {
  const frame = () => new Promise(requestAnimationFrame);
  const loaded = (image) => image.complete && image.naturalWidth > 0;
  const meets = (a, b) => a.bottom > b.top + 1 && a.top < b.bottom - 1;

  /* The browser's own word on the release of the pointer: until the frame after it was on the screen, in steps of 8 ms. */
  const releases = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (entry.name === "pointerup") releases.push(entry);
  }).observe({ type: "event", durationThreshold: 16 });

  const thumbsInView = () => {
    const box = document.querySelector("aside [role=group]")?.getBoundingClientRect();
    if (box === undefined) return [];
    const all = [...document.querySelectorAll("aside [role=group] button")];
    return all.filter((each) => meets(each.getBoundingClientRect(), box));
  };

  /* From the pointer's release to all thumbs in view having pictures, by frames and by paint stamps; then to the last change. */
  const tray = async () => {
    const up = new Promise((resolve) =>
      addEventListener("pointerup", (event) => resolve(event.timeStamp), { capture: true, once: true }),
    );
    const began = await up;
    const asked = performance.getEntriesByType("resource").length;
    const told = { thumbs: 0, shown: null, next_paint: null, settled: null, longest: 0, requests: 0 };
    let last = began, before = "";
    while (performance.now() - began < 3000) {
      const now = await frame();
      told.longest = Math.max(told.longest, now - last);
      last = now;
      const thumbs = thumbsInView();
      const images = thumbs.map((each) => each.querySelector("img"));
      const full = thumbs.length > 0 && images.every((image) => image !== null && loaded(image));
      if (told.shown === null && full) {
        /* What is found before a frame is painted is on the screen with that frame. */
        told.shown = (await frame()) - began;
        told.thumbs = thumbs.length;
      }
      const order = images.map((image) => image?.src).join();
      if (full && order !== before) told.settled = performance.now() - began;
      if (full) before = order;
    }
    const release = releases.find((entry) => Math.abs(entry.startTime - began) < 5);
    told.next_paint = release?.duration ?? null;
    told.requests = performance.getEntriesByType("resource").length - asked;
    return told;
  };

  /* The one file behind a part of a sheet; asked for by the page itself, so that here it only tells whether it is there. */
  const there = new Set();
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (entry.responseEnd > 0) there.add(new URL(entry.name).pathname);
  }).observe({ type: "resource", buffered: true });
  const sheetThere = (soft) => there.has(soft.style.backgroundImage.slice(5, -2));
  const look = (cell) => {
    const images = [...cell.querySelectorAll("img")];
    const soft = cell.querySelector("span[class*=soft]");
    const sharp = images.some((image) => image.matches("[class*=picture]") && loaded(image));
    return { sharp, any: sharp || images.some(loaded) || (soft !== null && sheetThere(soft)) };
  };

  /* Watches the grid until stopped: how long each cell in view stays without any picture. */
  let watching = null;
  const startGrid = () => {
    const grid = document.querySelector("[role=grid]");
    const told = { ms: 0, frames: 0, longest_frame: 0, worst_ms: 0, over_ms: 0, stretch_ms: 0, looks: 0, blank: 0, soft: 0, bare_ms: 0 };
    const since = new Map();
    let stretch = null, bare = null, going = true;
    const run = async () => {
      let last = await frame();
      const began = last;
      while (going) {
        const now = await frame();
        const [step, box] = [now - last, grid.getBoundingClientRect()];
        last = now;
        const inView = new Set();
        let [late, any, top, bottom] = [false, false, Infinity, -Infinity];
        for (const cell of grid.querySelectorAll("[role=gridcell]")) {
          const place = cell.getBoundingClientRect();
          [top, bottom] = [Math.min(top, place.top), Math.max(bottom, place.bottom)];
          if (!meets(place, box)) continue;
          const [key, found] = [cell.dataset.position, look(cell)];
          inView.add(key);
          told.looks += 1;
          told.soft += found.any && !found.sharp ? 1 : 0;
          if (found.any) {
            since.delete(key);
            continue;
          }
          told.blank += 1;
          any = true;
          if (!since.has(key)) since.set(key, now);
          const long = now - since.get(key);
          told.worst_ms = Math.max(told.worst_ms, long);
          late ||= long > 200;
        }
        for (const key of since.keys()) if (!inView.has(key)) since.delete(key);
        /* A part of the view where no row is at all; margins and gaps are no more than 40 px. */
        const uncovered = top > box.top + 40 || bottom < box.bottom - 40;
        bare = uncovered ? (bare ?? now) : null;
        if (bare !== null) [told.bare_ms, any] = [Math.max(told.bare_ms, now - bare), true];
        stretch = any ? (stretch ?? now) : null;
        if (stretch !== null) told.stretch_ms = Math.max(told.stretch_ms, now - stretch);
        if (late || (bare !== null && now - bare > 200)) told.over_ms += step;
        told.longest_frame = Math.max(told.longest_frame, step);
        told.frames += 1;
        told.ms = now - began;
      }
      return told;
    };
    watching = { stop: () => ((going = false), watching.done), done: run() };
  };

  /* A jump of the scroll bar: when every cell in view has something, and when each has its sharp picture. */
  const jump = async (share) => {
    const grid = document.querySelector("[role=grid]");
    const began = performance.now();
    grid.scrollTop = share * (grid.scrollHeight - grid.clientHeight);
    let [something, sharp] = [null, null];
    await frame();
    while (performance.now() - began < 5000 && sharp === null) {
      await frame();
      const box = grid.getBoundingClientRect();
      const seen = [...grid.querySelectorAll("[role=gridcell]")].filter((c) => meets(c.getBoundingClientRect(), box));
      const looks = seen.map(look);
      if (looks.length > 0 && something === null && looks.every(({ any }) => any)) something = (await frame()) - began;
      if (looks.length > 0 && looks.every((each) => each.sharp)) sharp = (await frame()) - began;
    }
    return { something, sharp };
  };

  const renderer = () => {
    const gl = document.createElement("canvas").getContext("webgl2");
    return gl.getParameter(gl.getExtension("WEBGL_debug_renderer_info").UNMASKED_RENDERER_WEBGL);
  };
  performance.setResourceTimingBufferSize(100000);
  window.watched = { tray, startGrid, stopGrid: () => watching.stop(), jump, renderer };
})();
