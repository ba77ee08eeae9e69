import type { Message } from '../../../core/index.ts';
import { broken } from '../../harness/broken.ts';
import type { SimDisk } from '../disk.ts';

const NAME = 'persist before send';

/** What a message promises is on its sender's disk when it leaves. */
export function checkPersistBeforeSend(
  message: Message,
  disk: SimDisk,
  isCandidate: boolean,
): void {
  const { term, vote } = disk.hardState;
  switch (message.type) {
    case 'append-response': {
      if (term < message.term) broken(NAME, `term ${message.term} of an append-response`);
      const last = disk.storage.lastIndex();
      // A newer leader may have replaced what was acknowledged to an older one before it was written.
      if (!message.reject && term === message.term && last < message.index) {
        broken(NAME, `acknowledged ${message.index}, on disk up to ${last}`);
      }
      return;
    }
    case 'vote-response':
      if (term < message.term) broken(NAME, `term ${message.term} of a vote`);
      if (!message.reject && term === message.term && vote !== message.to) {
        broken(NAME, `vote for ${message.to} in term ${term}`);
      }
      return;
    case 'vote':
      if (term < message.term) broken(NAME, `term ${message.term} of a candidate`);
      // A candidate that has lost the election already may have got the winner's log by now.
      if (isCandidate && disk.storage.lastIndex() < message.index) broken(NAME, 'a log');
      return;
    default:
      return;
  }
}
