'use client';

import { useEffect, useState } from 'react';
import { setNotifications, wantsNotifications } from '@/common/notifications.ts';
import { Checkbox } from '@/ui/checkbox.tsx';

type Leave = 'open' | 'denied' | 'impossible';

/** Says why it can't be switched on, when it can't. */
export function NotificationSetting() {
  const [isOn, setIsOn] = useState(false);
  const [leave, setLeave] = useState<Leave>('open');
  useEffect(() => {
    setIsOn(wantsNotifications());
    setLeave(leaveNow());
  }, []);
  const change = async (isWanted: boolean): Promise<void> => {
    setIsOn(await setNotifications(isWanted));
    setLeave(leaveNow());
  };
  if (leave === 'impossible')
    return <p className="text-muted">This browser has no notifications on this address.</p>;
  return (
    <>
      <Checkbox
        checked={isOn}
        onChange={(isWanted) => {
          void change(isWanted);
        }}
      >
        Notify me of answers while I am away
      </Checkbox>
      {leave === 'denied' && (
        <p role="status" className="text-sm text-warn">
          The browser blocks notifications of this page. Allow them in its settings for this site.
        </p>
      )}
    </>
  );
}

function leaveNow(): Leave {
  if (!('Notification' in window)) return 'impossible';
  return Notification.permission === 'denied' ? 'denied' : 'open';
}
