// A classic script, run before the first paint: a stored theme must not flash the other one.
try {
  const theme = localStorage.getItem("waves.theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Storage is forbidden: the theme is the system's.
}
