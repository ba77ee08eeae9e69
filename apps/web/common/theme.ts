/** Chosen by the person and kept in a cookie, so that the first paint already has it. */
export type Theme = 'light' | 'dark';

export const THEME_COOKIE = 'fleetlm.theme';

export function themeFrom(value: string | undefined): Theme | null {
  return value === 'light' || value === 'dark' ? value : null;
}
