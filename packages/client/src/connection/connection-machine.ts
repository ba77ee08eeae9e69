/**
 * The life of the connection to the cluster, as a complete table: a missing cell does not compile. Pure: what
 * has to be done about a transition is named in `commands` and carried out by `connection.ts`.
 *
 *   stopped -> authorising -> dialling -> online
 *                  ^             |           |
 *                  '-- backing_off <---------'        signed_out: waits for a user
 */

/** Where a connection stands; `signed_out` is final until it is started again with another token. */
export type ConnectionStatus =
  | 'stopped'
  | 'authorising'
  | 'dialling'
  | 'online'
  | 'backing_off'
  | 'signed_out';

export type ConnectionEvent =
  | 'start'
  | 'stop'
  /** The token provider gave a token, answered that no user is signed in, or could not be reached. */
  | 'token_ready'
  | 'token_refused'
  | 'token_failed'
  | 'opened'
  | 'dial_failed'
  /** The node did not accept the token. */
  | 'token_rejected'
  /** An open connection broke, or is given up because nothing comes back on it. */
  | 'lost'
  | 'timer'
  /** The network came back, the page became visible, a user signed in: do not wait for the timer. */
  | 'wake';

export type ConnectionCommand =
  | 'get_token'
  | 'forget_token'
  | 'dial'
  | 'hang_up'
  | 'next_node'
  | 'arm_timer'
  | 'disarm_timer'
  | 'reset_attempts'
  | 'probe';

export interface Transition {
  readonly to: ConnectionStatus;
  readonly commands: readonly ConnectionCommand[];
}

function to(status: ConnectionStatus, ...commands: readonly ConnectionCommand[]): Transition {
  return { to: status, commands };
}

const STOP = to('stopped', 'disarm_timer', 'hang_up');

const STOPPED = to('stopped');
const AUTHORISING = to('authorising');
const DIALLING = to('dialling');
const ONLINE = to('online');
const BACKING_OFF = to('backing_off');
const SIGNED_OUT = to('signed_out');

export const CONNECTION_TABLE: Readonly<
  Record<ConnectionStatus, Readonly<Record<ConnectionEvent, Transition>>>
> = {
  stopped: {
    start: to('authorising', 'reset_attempts', 'get_token'),
    stop: STOPPED,
    token_ready: STOPPED,
    token_refused: STOPPED,
    token_failed: STOPPED,
    opened: to('stopped', 'hang_up'),
    dial_failed: STOPPED,
    token_rejected: STOPPED,
    lost: STOPPED,
    timer: STOPPED,
    wake: STOPPED,
  },
  authorising: {
    start: AUTHORISING,
    stop: STOP,
    token_ready: to('dialling', 'dial'),
    token_refused: SIGNED_OUT,
    token_failed: to('backing_off', 'arm_timer'),
    opened: AUTHORISING,
    dial_failed: AUTHORISING,
    token_rejected: AUTHORISING,
    lost: AUTHORISING,
    timer: AUTHORISING,
    wake: AUTHORISING,
  },
  dialling: {
    start: DIALLING,
    stop: STOP,
    token_ready: DIALLING,
    token_refused: DIALLING,
    token_failed: DIALLING,
    opened: to('online', 'reset_attempts'),
    dial_failed: to('backing_off', 'hang_up', 'next_node', 'arm_timer'),
    token_rejected: to('backing_off', 'hang_up', 'forget_token', 'arm_timer'),
    lost: to('backing_off', 'hang_up', 'next_node', 'arm_timer'),
    timer: DIALLING,
    wake: DIALLING,
  },
  online: {
    start: ONLINE,
    stop: STOP,
    token_ready: ONLINE,
    token_refused: ONLINE,
    token_failed: ONLINE,
    opened: ONLINE,
    dial_failed: ONLINE,
    token_rejected: to('backing_off', 'hang_up', 'forget_token', 'arm_timer'),
    lost: to('backing_off', 'hang_up', 'next_node', 'arm_timer'),
    timer: ONLINE,
    wake: to('online', 'probe'),
  },
  backing_off: {
    start: BACKING_OFF,
    stop: STOP,
    token_ready: BACKING_OFF,
    token_refused: BACKING_OFF,
    token_failed: BACKING_OFF,
    opened: BACKING_OFF,
    dial_failed: BACKING_OFF,
    token_rejected: BACKING_OFF,
    lost: BACKING_OFF,
    timer: to('authorising', 'get_token'),
    wake: to('authorising', 'disarm_timer', 'get_token'),
  },
  signed_out: {
    start: to('authorising', 'reset_attempts', 'get_token'),
    stop: STOP,
    token_ready: SIGNED_OUT,
    token_refused: SIGNED_OUT,
    token_failed: SIGNED_OUT,
    opened: SIGNED_OUT,
    dial_failed: SIGNED_OUT,
    token_rejected: SIGNED_OUT,
    lost: SIGNED_OUT,
    timer: SIGNED_OUT,
    wake: to('authorising', 'reset_attempts', 'get_token'),
  },
};
