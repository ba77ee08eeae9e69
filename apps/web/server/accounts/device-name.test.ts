import { expect, test } from 'vitest';
import { deviceName } from './device-name.ts';

test('devices have the names that people know', () => {
  const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36';
  const safari = 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1';
  expect(deviceName(chrome)).toBe('Chrome on Linux');
  expect(deviceName(`${chrome} Edg/140.0`)).toBe('Edge on Linux');
  expect(deviceName(safari)).toBe('Safari on iOS');
  expect(deviceName(null)).toBe('Unknown device');
});
