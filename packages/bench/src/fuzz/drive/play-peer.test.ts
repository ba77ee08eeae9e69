import { nodeClock } from '@fleetlm/raft/host';
import { type Mesh, type MeshEvent, openTcpMesh, tlsNet } from '@fleetlm/raft/mesh';
import { crc32c } from '@fleetlm/raft/wal';
import { afterEach, expect, test } from 'vitest';
import type { PeerCase, PeerFrame } from '../inputs/case.ts';
import { playPeer } from './play-peer.ts';

const SECRET = 'a secret of the nodes of this test alone';
const FRAME_BYTES_MAX = 1_024;
const closing: Mesh[] = [];
afterEach(async () => {
  for (const mesh of closing.splice(0)) await new Promise<void>((resolve) => mesh.close(resolve));
});

interface Received {
  readonly clusterId: string | null;
  readonly channel: string;
  readonly text: string;
}

/** A node's own mesh, which remembers what came in. */
async function open() {
  const frames: Received[] = [];
  const events: MeshEvent[] = [];
  let clusterId: string | null = null;
  const port = await new Promise<number>((resolve, reject) =>
    openTcpMesh(
      {
        host: '127.0.0.1',
        port: 0,
        identity: { nodeId: 'n1', incarnation: 'i', bootNonce: 'b', clusterId: 'the-cluster' },
        peers: [],
        frameBytesMax: FRAME_BYTES_MAX,
        queueBytesMax: FRAME_BYTES_MAX,
        random: () => 0,
        admit: (identity) => {
          clusterId = identity.clusterId;
          return null;
        },
        onFrame: (_, channel, frame) => {
          frames.push({ clusterId, channel, text: Buffer.from(frame).toString('latin1') });
          return true;
        },
        onEvent: (event) => events.push(event),
      },
      { net: tlsNet({ kind: 'secret', secrets: [SECRET] }), clock: nodeClock, crc32c },
      (result) => {
        if (!result.ok) {
          reject(new Error(result.detail));
          return;
        }
        closing.push(result.mesh);
        resolve(result.port);
      },
    ),
  );
  const node = { id: 'n1', url: '', port: 0, meshPort: port };
  const play = (secret: string, knows_cluster: boolean, ...sent: readonly PeerFrame[]) => {
    const one: PeerCase = { name: 'test', edge: 'peer', knows_cluster, frames: [...sent] };
    return playPeer({ ...one, hold_ms: 200 }, { nextNode: () => node, clusterSecret: secret });
  };
  return { frames, play };
}

test.each([
  [true, 'the-cluster'],
  [false, null],
])('frames after a whole handshake reach the node; knows the cluster: %s', async (knows, id) => {
  const { frames, play } = await open();
  const any = expect.any(String);
  await play(
    SECRET,
    knows,
    { channel: 'request', payload: 'hello', times: 2 },
    { channel: 'raft', payload: 'x', raft_kind: 1 },
  );
  await expect.poll(() => frames.length).toBe(3);
  expect(frames[1]).toEqual({ clusterId: id, channel: 'request', text: 'hello' });
  expect([...(frames[2]?.text ?? '')]).toEqual(['\u0001', any, any, any, any, 'x']);
});

test.each<[string, PeerFrame]>([
  ['a damaged one', { channel: 'request', payload: 'damaged', damaged: true }],
  ['one above the limit', { channel: 'raft', payload: '', announced: FRAME_BYTES_MAX + 1 }],
  ['bytes that are none', { channel: null, payload: 'x'.repeat(50) }],
])('nothing is taken behind %s', async (_, frame) => {
  const { frames, play } = await open();
  const good: PeerFrame = { channel: 'publish', payload: 'good' };
  await play(SECRET, true, good, frame, { ...good, payload: 'behind', after_ms: 50 });
  expect(frames.map(({ text }) => text)).toEqual(['good']);
});

test('a peer that does not know the secret is reported: nothing was tried', async () => {
  const { play } = await open();
  await expect(play('another secret, of any stranger', true)).rejects.toThrow('no handshake');
});
