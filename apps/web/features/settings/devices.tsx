'use client';

import { Laptop, Smartphone } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { toast } from 'sonner';
import { fetchDevices, revokeDevice, revokeOtherDevices } from '@/shared/account-requests.ts';
import type { Device } from '@/shared/accounts.ts';
import { formatShort } from '@/shared/format-time.ts';
import { Button } from '@/ui/button.tsx';
import { Notice } from '@/ui/notice.tsx';

type Devices =
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly devices: readonly Device[] }
  | { readonly status: 'failed'; readonly detail: string };

/** Where the person is signed in, and how to end that. */
export function Devices() {
  const [list, setList] = useState<Devices>({ status: 'loading' });
  const load = useCallback(async (): Promise<void> => {
    try {
      setList({ status: 'ready', devices: await fetchDevices() });
    } catch (error) {
      setList({ status: 'failed', detail: messageOf(error) });
    }
  }, []);
  useEffect(() => void load(), [load]);
  const end = async (revoke: () => Promise<void>, done: string): Promise<void> => {
    try {
      await revoke();
      toast.success(done);
    } catch (error) {
      toast.error(messageOf(error));
    }
    await load();
  };
  switch (list.status) {
    case 'loading':
      return (
        <p role="status" className="text-muted">
          Loading…
        </p>
      );
    case 'failed':
      return (
        <Notice
          tone="critical"
          role="alert"
          action={
            <Button size="sm" onClick={() => void load()}>
              Try again
            </Button>
          }
        >
          {list.detail}
        </Notice>
      );
    case 'ready':
      return (
        <DeviceList
          devices={list.devices}
          onRevoke={(device) =>
            void end(() => revokeDevice(device.id), `${device.name} is signed out.`)
          }
          onRevokeOthers={() => void end(revokeOtherDevices, 'All other devices are signed out.')}
        />
      );
    default:
      return list satisfies never;
  }
}

interface DeviceListProps {
  readonly devices: readonly Device[];
  readonly onRevoke: (device: Device) => void;
  readonly onRevokeOthers: () => void;
}

function DeviceList({ devices, onRevoke, onRevokeOthers }: DeviceListProps) {
  const hasOthers = devices.some((device) => !device.is_current);
  return (
    <>
      <ul aria-label="Devices" className="flex flex-col rounded-lg border border-border bg-surface">
        {devices.map((device) => (
          <li
            key={device.id}
            className="flex min-h-14 items-center gap-3 border-b border-border px-4 py-2 last:border-b-0"
          >
            <DeviceIcon name={device.name} />
            <div className="min-w-0 flex-1">
              <p className="truncate font-medium">{device.name}</p>
              <p className="truncate text-xs text-muted">
                Signed in{' '}
                <time dateTime={device.signed_in_at}>
                  {formatShort(device.signed_in_at, Date.now())}
                </time>
                {device.address !== null && ` · ${device.address}`}
              </p>
            </div>
            {device.is_current ? (
              <span className="text-sm text-muted">This device</span>
            ) : (
              <Button
                size="sm"
                aria-label={`Sign out ${device.name}`}
                onClick={() => onRevoke(device)}
              >
                Sign out
              </Button>
            )}
          </li>
        ))}
      </ul>
      {hasOthers ? (
        <Button className="self-start" onClick={onRevokeOthers}>
          Sign out everywhere else
        </Button>
      ) : (
        <p className="text-sm text-muted">You are signed in nowhere else.</p>
      )}
    </>
  );
}

function DeviceIcon({ name }: { readonly name: string }) {
  const Icon = /iOS|Android/.test(name) ? Smartphone : Laptop;
  return <Icon size={18} aria-hidden className="shrink-0 text-muted" />;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
