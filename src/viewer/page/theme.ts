export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const NAME = 'audit-viewer-theme';

/** As it was chosen in this browser. */
export function chosenTheme(): Theme {
  try {
    const chosen = localStorage.getItem(NAME);
    return THEMES.find((theme) => theme === chosen) ?? 'system';
  } catch {
    return 'system'; // a browser that keeps nothing
  }
}

export function chooseTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
  try {
    localStorage.setItem(NAME, theme);
  } catch {
    // It holds until the page is left.
  }
}
