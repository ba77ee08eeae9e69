import type { InboxChanges } from '@fleetlm/conversation';
import { expect, test } from 'vitest';
import type { InboxEvent } from './feed-events.ts';
import { FeedServer } from './feed-server.ts';
import { InboxFeed } from './inbox-feed.ts';

const TOO_MUCH: InboxChanges = { version: 900, sessions: [], isWhole: false };

function fail(error: unknown): never {
  throw error;
}

test('more changes than one event holds are published as a resync, once', async () => {
  const asked: number[] = [];
  const feed = new InboxFeed({
    inboxChanges: (_userId, since) => {
      asked.push(since);
      if (since < TOO_MUCH.version) return TOO_MUCH;
      return { version: since === TOO_MUCH.version ? since : 5, sessions: [], isWhole: true };
    },
    onError: fail,
  });
  const events: InboxEvent[] = [];
  const subscription = feed.subscribe('ann', (event) => events.push(event));
  feed.changed('ann');
  await expect.poll(() => events).toMatchObject([{ type: 'resync' }]);
  feed.changed('ann');
  await expect.poll(() => asked.at(-1)).toBe(900);
  expect(events).toHaveLength(1);
  subscription.close();
});

test('a node that follows an inbox gets a resync when there is more than fits', () => {
  const server = new FeedServer({
    self: 'n1',
    session: () => null,
    messagesAfter: () => null,
    inboxChanges: () => TOO_MUCH,
    chunkPosition: () => null,
    subscribeSession: () => ({ close: () => undefined }),
    subscribeInbox: () => ({ close: () => undefined }),
    send: () => true,
    isConnected: () => true,
  });
  const topic = { type: 'inbox', userId: 'ann', group: 0, afterVersion: 1 } as const;
  expect(server.follow('n2', 1, topic)).toEqual({ type: 'inbox', ...TOO_MUCH });
});
