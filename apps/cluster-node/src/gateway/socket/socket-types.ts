import type {
  AdminServerToClientEvents,
  ServerToClientEvents,
  SocketPacket,
} from '@fleetlm/protocol';
import type { DefaultEventsMap, Namespace, Socket } from 'socket.io';

// What a socket is sent is typed by the contract's table. What it sends is not typed here but parsed: its handlers
// are typed by the same table.
export type UserSocket = Socket<DefaultEventsMap, ServerToClientEvents>;
export type UserNamespace = Namespace<DefaultEventsMap, ServerToClientEvents>;
export type OperatorSocket = Socket<DefaultEventsMap, AdminServerToClientEvents>;
export type OperatorNamespace = Namespace<DefaultEventsMap, AdminServerToClientEvents>;

/** A socket or a room that takes any event of the table; `emit` itself takes one whose name is known. */
export interface PacketTarget {
  emit(...packet: SocketPacket): unknown;
}
