import type { AppendOperation, ReadOperation } from '../../history/operations.ts';
import type { SessionLog } from '../run-record.ts';
import type { CheckId } from '../verdict.ts';
import type { EditableRun } from './good-run.ts';

/** Changes a run so that it breaks one promise; false: this run has nothing of that kind. */
export type Mutation = (run: EditableRun, random: () => number) => boolean;

export function some<T>(items: readonly T[], random: () => number): { at: number; item: T } | null {
  const at = Math.floor(random() * items.length);
  const item = items[at];
  return item === undefined ? null : { at, item };
}

export function someWhere<T>(
  items: readonly T[],
  wanted: (item: T) => boolean,
  random: () => number,
): { at: number; item: T } | null {
  const found = some(
    items.flatMap((item, at) => (wanted(item) ? [{ at, item }] : [])),
    random,
  );
  return found?.item ?? null;
}

export const acknowledged = ({ outcome }: AppendOperation): boolean => outcome === 'ok';

/** In every place where the log was copied to, so that one promise alone is broken. */
export function everyLog(
  run: EditableRun,
  session: number,
  edit: (log: SessionLog) => SessionLog,
): void {
  run.nodeLogs = run.nodeLogs.map((node) => ({
    ...node,
    sessions: node.sessions.map((log, at) => (at === session ? edit(log) : log)),
  }));
}

export const changeAppend =
  (
    wanted: (append: AppendOperation) => boolean,
    change: (one: AppendOperation) => AppendOperation,
  ): Mutation =>
  (run, random) => {
    const found = someWhere(run.appends, wanted, random);
    if (found === null) return false;
    run.appends[found.at] = change(found.item);
    return true;
  };

export const changeRead =
  (
    wanted: (read: ReadOperation) => boolean,
    change: (one: ReadOperation) => ReadOperation,
  ): Mutation =>
  (run, random) => {
    const found = someWhere(run.reads, wanted, random);
    if (found === null) return false;
    run.reads[found.at] = change(found.item);
    return true;
  };

export const longLog = (run: EditableRun, random: () => number): number | null =>
  someWhere(run.nodeLogs[0]?.sessions ?? [], ({ entries }) => entries.length > 4, random)?.at ??
  null;

/** The check that has to see it, what is broken, and how. */
export type NamedMutation = readonly [CheckId, string, Mutation];
