import { THEME_COOKIE, type Theme } from '@/common/theme.ts';

const YEAR_SECONDS = 31_536_000;

/** From now on, on this device; null: as the system has it. */
export function chooseTheme(theme: Theme | null): void {
  const isDark =
    theme === null ? matchMedia('(prefers-color-scheme: dark)').matches : theme === 'dark';
  document.documentElement.classList.toggle('dark', isDark);
  const age = theme === null ? 0 : YEAR_SECONDS;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet
  document.cookie = `${THEME_COOKIE}=${theme ?? ''}; path=/; max-age=${age}; samesite=lax`;
}
