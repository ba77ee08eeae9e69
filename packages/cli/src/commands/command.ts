import type { HttpConnection } from '../connection/http-connection.ts';
import type { NodeClient } from '../connection/node-client.ts';
import type { CommandContext } from '../context.ts';
import type { ExitCode } from '../exit-codes.ts';

/** What a command prints, both ways, and how it ends. */
export interface CommandResult {
  /** With `--json`. */
  readonly json: unknown;
  readonly text: string;
  readonly exitCode?: ExitCode;
}

/** A command that asks a node. */
export interface ClientCommand {
  readonly client: NodeClient;
  /** The operations port of one node. */
  readonly ops: HttpConnection;
  readonly context: CommandContext;
}
