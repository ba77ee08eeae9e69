export { encodeWireHeader, FrameParser, WIRE_HEADER_BYTES, type WireChannel } from './frame.ts';
export {
  DiallerHandshake,
  HANDSHAKE_BYTES_MAX,
  type Lane,
} from './handshake.ts';
export type * from './mesh-api.ts';
export { MeshNode, type MeshPorts } from './mesh-node.ts';
export type { ListenResult, NetPort, Wire, WireEvents, WireRefusal } from './net-port.ts';
export { PENDING_CALLS_MAX, PENDING_CALLS_PER_ADDRESS_MAX } from './pending-calls.ts';
export {
  decodeMessages,
  encodeMessages,
  type MessageBatch,
  messageBytesBound,
} from './raft-codec.ts';
export { type Checksum, type Decoded, FRAME_KIND, openFrame } from './raft-frame.ts';
export { LEARNED_ADDRESSES_MAX } from './redialler.ts';
export {
  decodeSnapshotAnswer,
  decodeSnapshotChunk,
  encodeSnapshotAnswer,
  encodeSnapshotChunk,
  type SnapshotAnswer,
  type SnapshotChunk,
} from './snapshot-codec.ts';
export { type OpenMeshResult, openTcpMesh } from './tcp-mesh.ts';
export { tcpNet } from './tcp-net.ts';
export { diallerOptions, type MeshCredentials } from './tls-credentials.ts';
export { type TlsNet, tlsNet } from './tls-net.ts';
