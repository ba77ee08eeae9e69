import { ok } from '../outcome.ts';
import { type Done, type ExecutionPorts, rejected, settle } from './execution.ts';
import type { OperationOf } from './operations.ts';

export function executeFlush(
  _operation: OperationOf<'flush'>,
  ports: ExecutionPorts,
  done: Done<'flush'>,
): void {
  settle(ports.flusher.flushNow(), ports, done, (pass) =>
    done(
      pass.status === 'flushed'
        ? ok({ rows: pass.rows })
        : rejected('archive_unavailable', pass.error),
    ),
  );
}
