// Runs before the first paint, so that a dark page never flashes white. Kept apart because the page allows no
// inline script.
(function () {
  var stored = null;
  try {
    stored = localStorage.getItem("labelgraft-scheme");
  } catch (error) {
    // Storage is closed to this page; the system's scheme is as good a start.
    stored = null;
  }
  var dark = stored === "dark" || (stored !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
