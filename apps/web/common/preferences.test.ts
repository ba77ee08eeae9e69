import { describe, expect, test } from 'vitest';
import { DEFAULT_PREFERENCES, parsePreferences } from './preferences.ts';

describe('preferences', () => {
  test('what was chosen is kept; what is missing or broken is as at the beginning', () => {
    expect(parsePreferences(null)).toEqual(DEFAULT_PREFERENCES);
    expect(parsePreferences('{"half":')).toEqual(DEFAULT_PREFERENCES);
    expect(parsePreferences('7')).toEqual(DEFAULT_PREFERENCES);
    expect(parsePreferences('{"hasLetterKeys":false,"readsOnView":"no"}')).toEqual({
      ...DEFAULT_PREFERENCES,
      hasLetterKeys: false,
    });
  });
});
