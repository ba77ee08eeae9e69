import {
  acknowledged,
  changeAppend,
  changeRead,
  everyLog,
  longLog,
  type NamedMutation,
  someWhere,
} from './mutation.ts';

/** Against what the log, the acknowledgements and the readers say: K1 to K4. */
export const LOG_MUTATIONS: readonly NamedMutation[] = [
  [
    'K1',
    'a replica lacks its newest message',
    (run, random) => {
      const session = longLog(run, random);
      const last = run.nodeLogs.at(-1);
      if (session === null || last === undefined) return false;
      run.nodeLogs[run.nodeLogs.length - 1] = {
        ...last,
        sessions: last.sessions.map((log, at) =>
          at === session
            ? { ...log, seqs: log.seqs.slice(0, -1), entries: log.entries.slice(0, -1) }
            : log,
        ),
      };
      return true;
    },
  ],
  [
    'K1',
    'two replicas have two messages the other way round',
    (run, random) => {
      const session = longLog(run, random);
      const last = run.nodeLogs.at(-1);
      if (session === null || last === undefined) return false;
      run.nodeLogs[run.nodeLogs.length - 1] = {
        ...last,
        sessions: last.sessions.map((log, at) => {
          const [a, b, ...rest] = log.entries;
          return at === session && a !== undefined && b !== undefined
            ? { ...log, entries: [b, a, ...rest] }
            : log;
        }),
      };
      return true;
    },
  ],
  [
    'K1',
    'a cursor differs',
    (run) => {
      const last = run.nodeLogs.at(-1);
      if (last === undefined) return false;
      run.nodeLogs[run.nodeLogs.length - 1] = {
        ...last,
        sessions: last.sessions.map((log) => ({ ...log, lastReadSeq: log.lastReadSeq + 1 })),
      };
      return true;
    },
  ],
  [
    'K2',
    'a number is missing',
    (run, random) => {
      const session = longLog(run, random);
      if (session === null) return false;
      everyLog(run, session, (log) => ({
        ...log,
        seqs: log.seqs.filter((seq) => seq !== 2),
        entries: log.entries.filter((_, at) => at !== 1),
      }));
      return true;
    },
  ],
  [
    'K2',
    'a message is there twice',
    (run, random) => {
      const session = longLog(run, random);
      if (session === null) return false;
      everyLog(run, session, (log) => {
        const again = log.entries.find(({ append }) => append !== null);
        return again === undefined
          ? log
          : { ...log, seqs: [...log.seqs, log.seqs.length + 1], entries: [...log.entries, again] };
      });
      return true;
    },
  ],
  [
    'K2',
    'a message that no client sent',
    (run, random) => {
      const session = longLog(run, random);
      if (session === null) return false;
      const stranger = { append: 9_999_999, digest: 1, contentDigest: 1 };
      everyLog(run, session, (log) => ({
        ...log,
        seqs: [...log.seqs, log.seqs.length + 1],
        entries: [...log.entries, stranger],
      }));
      return true;
    },
  ],
  ['K2', 'another content', changeAppend(acknowledged, (one) => ({ ...one, contentDigest: 1 }))],
  [
    'K2',
    'a refused message was kept',
    changeAppend(acknowledged, (one) => ({ ...one, outcome: 'refused' })),
  ],
  [
    'K2',
    'a message in another session',
    changeAppend(acknowledged, (one) => ({ ...one, session: (one.session + 1) % 3 })),
  ],
  [
    'K3',
    'an acknowledged message is lost',
    (run, random) => {
      const found = someWhere(run.appends, acknowledged, random)?.item;
      if (found === undefined) return false;
      everyLog(run, found.session, (log) => ({
        ...log,
        seqs: log.seqs.slice(0, found.seq - 1),
        entries: log.entries.slice(0, found.seq - 1),
      }));
      return true;
    },
  ],
  [
    'K3',
    'an acknowledgement names another place',
    changeAppend(acknowledged, (one) => ({ ...one, seq: one.seq === 1 ? 2 : one.seq - 1 })),
  ],
  [
    'K3',
    'the second acknowledgement names another place',
    (run, random) => {
      const found = someWhere(run.appends, acknowledged, random);
      if (found === null) return false;
      run.repeatedAcks.push({ append: found.at, seq: found.item.seq + 1 });
      return true;
    },
  ],
  [
    'K4',
    'a page with another message',
    changeRead(
      ({ count }) => count > 0,
      (one) => ({ ...one, digest: one.digest + 1 }),
    ),
  ],
  [
    'K4',
    'a page that is too short',
    changeRead(
      ({ count }) => count > 0,
      (one) => ({ ...one, count: one.count - 1 }),
    ),
  ],
  [
    'K4',
    'a page beyond the end',
    changeRead(
      () => true,
      (one) => ({ ...one, headSeq: 10_000 }),
    ),
  ],
  [
    'K4',
    'a stream with a gap',
    (run, random) => {
      const found = someWhere(run.streams, ({ digests }) => digests.length > 3, random);
      if (found === null) return false;
      run.streams[found.at] = {
        ...found.item,
        digests: Array.from(found.item.digests).filter((_, at) => at !== 1),
      };
      return true;
    },
  ],
  [
    'K4',
    'a device that was given another message before its node left',
    (run) => {
      const at = run.streams.findIndex(({ leftEarly, digests }) => leftEarly && digests.length > 1);
      const left = run.streams[at];
      if (left === undefined) return false;
      run.streams[at] = {
        ...left,
        digests: Array.from(left.digests, (digest, place) => (place === 1 ? digest + 1 : digest)),
      };
      return true;
    },
  ],
  [
    'K4',
    'a stream that ends early',
    (run, random) => {
      const found = someWhere(
        run.streams,
        ({ digests, leftEarly }) => digests.length > 3 && !leftEarly,
        random,
      );
      if (found === null) return false;
      run.streams[found.at] = {
        ...found.item,
        digests: Array.from(found.item.digests).slice(0, -1),
      };
      return true;
    },
  ],
  [
    'K4',
    'a live event that skipped one',
    (run) => {
      run.streamFaults.push({ kind: 'gap', session: 0, atMs: 1, detail: 'expected 4, got 5' });
      return true;
    },
  ],
];
