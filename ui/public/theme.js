// Sets the theme before the first paint. It is a file of its own because the content security policy
// allows no inline script, and not a module because modules run after the first paint.
// The same key and values are written by src/features/settings/theme.svelte.ts.
(function () {
  var choice = null;
  try {
    choice = localStorage.getItem("gatepass.theme");
  } catch {
    // Storage may be denied: then the system decides.
  }
  var light =
    choice === "light" || (choice !== "dark" && matchMedia("(prefers-color-scheme: light)").matches);
  document.documentElement.dataset.theme = light ? "light" : "dark";
})();
