import type { Socket } from 'socket.io';
import type { Metrics } from '../telemetry/metrics.ts';
import { SOCKET_BUFFER_BYTES_HARD, SOCKET_BUFFER_BYTES_MAX } from './limits.ts';

/**
 * Watches what waits to be sent to a socket. While the transport is busy with one batch, packets pile up for
 * the next: that pile is measured. Above the limit the socket is told to resync and leaves its rooms, above
 * the hard limit (its own requests fill it) it is disconnected.
 */
export function watchSlowness(
  socket: Pick<Socket, 'conn' | 'emit' | 'disconnect'>,
  metrics: Pick<Metrics, 'slowSockets'>,
  leaveRooms: () => void,
): void {
  let queuedBytes = 0;
  let told = false;
  socket.conn.on('packetCreate', (packet: { readonly data?: unknown }) => {
    queuedBytes += sizeOf(packet.data);
    if (queuedBytes <= SOCKET_BUFFER_BYTES_MAX) return;
    if (queuedBytes > SOCKET_BUFFER_BYTES_HARD) {
      metrics.slowSockets.inc({ answer: 'disconnect' });
      queuedBytes = 0;
      socket.disconnect(true);
      return;
    }
    if (told) return;
    told = true;
    metrics.slowSockets.inc({ answer: 'resync' });
    leaveRooms();
    // Not within the broadcast that filled the buffer.
    setImmediate(() => socket.emit('resync', { reason: 'this connection is too slow' }));
  });
  socket.conn.on('flush', () => {
    queuedBytes = 0;
    told = false;
  });
}

function sizeOf(data: unknown): number {
  if (typeof data === 'string') return data.length;
  return data instanceof Uint8Array ? data.byteLength : 0;
}
