import type { Device } from './accounts.ts';

/** What the settings ask of this app's own server. Each rejects with a sentence for people. */

export async function fetchDevices(): Promise<readonly Device[]> {
  const body = await request('GET', '/api/devices');
  const devices: unknown =
    typeof body === 'object' && body !== null && 'devices' in body ? body.devices : null;
  return Array.isArray(devices) ? devices.filter(isDevice) : [];
}

export async function revokeDevice(id: string): Promise<void> {
  await request('DELETE', `/api/devices/${encodeURIComponent(id)}`);
}

export async function revokeOtherDevices(): Promise<void> {
  await request('DELETE', '/api/devices');
}

export async function changePassword(current: string, next: string): Promise<void> {
  await request('POST', '/api/password', { current, next });
}

/** Signs in, in place; resolves with the id of who that is. */
export async function signInHere(email: string, password: string): Promise<string> {
  const body = await request('POST', '/api/sign-in', { email, password });
  if (typeof body === 'object' && body !== null && 'user_id' in body) return String(body.user_id);
  throw new Error('The answer of the web app is not understood.');
}

async function request(method: string, path: string, sent?: object): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
    });
  } catch (cause) {
    throw new Error('The web app can’t be reached now.', { cause });
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body;
  const hasDetail = typeof body === 'object' && body !== null && 'detail' in body;
  throw new Error(hasDetail ? String(body.detail) : `Status ${response.status}.`);
}

function isDevice(value: unknown): value is Device {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    'name' in value &&
    typeof value.name === 'string' &&
    'signed_in_at' in value &&
    typeof value.signed_in_at === 'string' &&
    'is_current' in value
  );
}
