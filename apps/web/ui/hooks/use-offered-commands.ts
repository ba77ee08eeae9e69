import { useEffect } from 'react';
import { type Command, offerCommands } from '@/common/commands.ts';

/** Offers these while the component is on the page. They have to be the same array until they change. */
export function useOfferedCommands(offered: readonly Command[]): void {
  useEffect(() => offerCommands(offered), [offered]);
}
