import { THEME_COOKIE, type Theme } from '@/lib/theme.ts';

const YEAR_SECONDS = 31_536_000;

/** From now on, on this device. */
export function chooseTheme(theme: Theme): void {
  document.documentElement.classList.toggle('dark', theme === 'dark');
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet
  document.cookie = `${THEME_COOKIE}=${theme}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
}
