import * as z from 'zod/mini';
import { type Device, deviceSchema } from '@/common/devices.ts';
import { request } from '@/common/request.ts';

const devicesSchema = z.object({ devices: z.array(deviceSchema) });

export const DEVICES = ['devices'] as const;

export async function fetchDevices(): Promise<readonly Device[]> {
  return (await request('/api/devices', devicesSchema)).devices;
}

/** Signs one device out. */
export async function revokeDevice(id: string): Promise<void> {
  await request(`/api/devices/${encodeURIComponent(id)}`, z.unknown(), { method: 'DELETE' });
}

/** Signs out everywhere but here. */
export async function revokeOtherDevices(): Promise<void> {
  await request('/api/devices', z.unknown(), { method: 'DELETE' });
}

export async function changePassword(current: string, next: string): Promise<void> {
  await request('/api/password', z.unknown(), { method: 'POST', body: { current, next } });
}
