// The theme: light, dark, or that of the system.
export type Theme = "auto" | "light" | "dark";

const ORDER: Theme[] = ["auto", "light", "dark"];
const system = matchMedia("(prefers-color-scheme: dark)");
const watchers = new Set<(dark: boolean) => void>();
let chosen = (localStorage.getItem("theme") as Theme | null) ?? "auto";

export const chosenTheme = (): Theme => chosen;
export const isDark = (): boolean => chosen === "dark" || (chosen === "auto" && system.matches);

export function nextTheme(): Theme {
  chosen = ORDER[(ORDER.indexOf(chosen) + 1) % ORDER.length];
  localStorage.setItem("theme", chosen);
  apply();
  return chosen;
}

/** Call `watcher` now and at every change of the theme; returns what ends that. */
export function onTheme(watcher: (dark: boolean) => void): () => void {
  watchers.add(watcher);
  watcher(isDark());
  return () => watchers.delete(watcher);
}

function apply(): void {
  document.documentElement.dataset.theme = isDark() ? "dark" : "light";
  for (const watcher of watchers) watcher(isDark());
}

system.addEventListener("change", apply);
apply();
