import type { Socket } from 'socket.io';
import type { Metrics } from '../../telemetry/metrics.ts';
import { contained } from '../contained.ts';
import { SOCKET_BUFFER_BYTES_HARD, SOCKET_BUFFER_BYTES_MAX } from '../limits.ts';
import type { PacketTarget } from './socket-types.ts';

/** A packet of socket.io that acknowledges an event of the client's: its own request, not a live event. */
const ACK = '3';

/**
 * Watches what waits to be sent to a socket. While the transport is busy with one batch, packets pile up for
 * the next: that pile is measured. Above the limit of live events the socket gets a resync and leaves its rooms
 * (`caughtUp` when the pile has left), above the hard limit (its own requests fill it) it is disconnected. One page and
 * what goes with it always fit.
 */
export function watchSlowness(
  socket: Pick<Socket, 'conn' | 'disconnect'> & PacketTarget,
  { metrics }: { readonly metrics: Pick<Metrics, 'slowSockets'> },
  leaveRooms: () => void,
  caughtUp: () => void = () => undefined,
): void {
  const end = (): void => {
    socket.disconnect(true);
  };
  let queuedBytes = 0;
  let eventBytes = 0;
  let reported = false;
  const created = (packet: { readonly data?: unknown }): void => {
    const bytes = sizeOf(packet.data);
    queuedBytes += bytes;
    if (queuedBytes > SOCKET_BUFFER_BYTES_HARD) {
      metrics.slowSockets.inc({ answer: 'disconnect' });
      queuedBytes = 0;
      socket.disconnect(true);
      return;
    }
    if (!isAck(packet.data)) eventBytes += bytes;
    if (reported || eventBytes <= SOCKET_BUFFER_BYTES_MAX) return;
    reported = true;
    metrics.slowSockets.inc({ answer: 'resync' });
    leaveRooms();
    // Not within the broadcast that filled the buffer.
    const resync = (): unknown => socket.emit('resync', { reason: 'this connection is too slow' });
    setImmediate(contained('socket', resync, end));
  };
  const flushed = (): void => {
    queuedBytes = 0;
    eventBytes = 0;
    // Not within the flush: what is sent there would be part of the batch that leaves.
    if (reported) setImmediate(contained('socket', caughtUp, end));
    reported = false;
  };
  socket.conn.on('packetCreate', contained('socket', created, end));
  socket.conn.on('flush', contained('socket', flushed, end));
}

function isAck(data: unknown): boolean {
  return typeof data === 'string' && data.startsWith(ACK);
}

/** As it goes over the wire: characters of many scripts are several bytes. */
function sizeOf(data: unknown): number {
  if (typeof data === 'string') return Buffer.byteLength(data);
  return data instanceof Uint8Array ? data.byteLength : 0;
}
