'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Laptop, Smartphone } from 'lucide-react';
import { toast } from 'sonner';
import type { Device } from '@/common/devices.ts';
import { formatShort } from '@/common/format-time.ts';
import { Button } from '@/ui/button.tsx';
import { Notice } from '@/ui/notice.tsx';
import { DEVICES, fetchDevices, revokeDevice, revokeOtherDevices } from './queries.ts';

/** Where the person is signed in, and how to end that. */
export function Devices() {
  const queries = useQueryClient();
  const devices = useQuery({ queryKey: DEVICES, queryFn: fetchDevices });
  const end = useMutation({
    mutationFn: (device: Device | 'others') =>
      device === 'others' ? revokeOtherDevices() : revokeDevice(device.id),
    onSuccess: (_, device) =>
      toast.success(
        device === 'others' ? 'All other devices are signed out.' : `${device.name} is signed out.`,
      ),
    onError: (error) => toast.error(error.message),
    onSettled: () => queries.invalidateQueries({ queryKey: DEVICES }),
  });
  switch (devices.status) {
    case 'pending':
      return (
        <p role="status" className="text-muted">
          Loading…
        </p>
      );
    case 'error':
      return (
        <Notice
          tone="critical"
          role="alert"
          action={
            <Button size="sm" onClick={() => void devices.refetch()}>
              Try again
            </Button>
          }
        >
          {devices.error.message}
        </Notice>
      );
    case 'success':
      return (
        <DeviceList
          devices={devices.data}
          onRevoke={(device) => end.mutate(device)}
          onRevokeOthers={() => end.mutate('others')}
        />
      );
    default:
      return devices satisfies never;
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
        <p className="text-sm text-muted">No other devices are signed in.</p>
      )}
    </>
  );
}

function DeviceIcon({ name }: { readonly name: string }) {
  const Icon = /iOS|Android/.test(name) ? Smartphone : Laptop;
  return <Icon size={18} aria-hidden className="shrink-0 text-muted" />;
}
