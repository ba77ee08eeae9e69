import { acknowledged, type NamedMutation, someWhere } from './mutation.ts';

/** Against time, the archive, terms, the power failure, answers and availability: K5 to K10. */
export const OTHER_MUTATIONS: readonly NamedMutation[] = [
  [
    'K5',
    'a stale read',
    (run) => {
      const last = Math.max(...run.appends.filter(acknowledged).map(({ returnMs }) => returnMs));
      const newest = run.appends.find(({ returnMs }) => returnMs === last);
      if (newest === undefined) return false;
      const log = run.nodeLogs[0]?.sessions[newest.session]?.entries ?? [];
      run.reads.push({
        session: newest.session,
        callMs: last + 1,
        returnMs: last + 2,
        afterSeq: 0,
        limit: 0,
        count: 0,
        headSeq: Math.min(newest.seq - 1, log.length),
        digest: 0,
      });
      return true;
    },
  ],
  [
    'K5',
    'an append that began after a later one had returned',
    (run, random) => {
      const found = someWhere(run.appends, (one) => one.outcome === 'ok' && one.seq === 1, random);
      if (found === null) return false;
      run.appends[found.at] = { ...found.item, callMs: 5_000, returnMs: 5_001 };
      return true;
    },
  ],
  [
    'K5',
    'a cursor that went back',
    (run, random) => {
      const found = someWhere(run.cursors, ({ returned }) => returned > 0, random)?.item;
      if (found === undefined) return false;
      run.cursors.push({ ...found, requested: 0, returned: 0, callMs: 6_000, returnMs: 6_001 });
      return true;
    },
  ],
  [
    'K5',
    'a cursor that no client asked for',
    (run) => {
      run.cursors.push({
        session: 0,
        callMs: 2_000,
        returnMs: 2_001,
        requested: 1,
        returned: 900,
        outcome: 'ok',
      });
      return true;
    },
  ],
  [
    'K6',
    'a row is missing',
    (run, random) => {
      const found = someWhere(run.archive, ({ seqs }) => seqs.length > 3, random);
      if (found === null) return false;
      run.archive[found.at] = {
        seqs: found.item.seqs.filter((seq) => seq !== 2),
        digests: found.item.digests.filter((_, at) => at !== 1),
      };
      return true;
    },
  ],
  [
    'K6',
    'the newest row is missing',
    (run, random) => {
      const found = someWhere(run.archive, ({ seqs }) => seqs.length > 3, random);
      if (found === null) return false;
      run.archive[found.at] = {
        seqs: found.item.seqs.slice(0, -1),
        digests: found.item.digests.slice(0, -1),
      };
      return true;
    },
  ],
  [
    'K6',
    'a row differs',
    (run, random) => {
      const found = someWhere(run.archive, ({ seqs }) => seqs.length > 3, random);
      if (found === null) return false;
      run.archive[found.at] = {
        ...found.item,
        digests: found.item.digests.map((digest) => digest + 1),
      };
      return true;
    },
  ],
  [
    'K6',
    'a gap during the run',
    (run) => {
      run.archiveFaults.push({ session: 0, atMs: 1, detail: 'seq 5 after seq 3' });
      return true;
    },
  ],
  [
    'K7',
    'two leaders in one term',
    (run) => {
      run.terms.push({
        node: 'n1',
        life: '0',
        boot: 1,
        group: 0,
        term: 3,
        isLeader: true,
        atMs: 9,
      });
      run.terms.push({
        node: 'n2',
        life: '0',
        boot: 1,
        group: 0,
        term: 3,
        isLeader: true,
        atMs: 9,
      });
      return true;
    },
  ],
  [
    'K7',
    'a wiped node that leads once more in a term in which it had led',
    (run) => {
      const led = run.terms.find(({ isLeader }) => isLeader);
      if (led === undefined) return false;
      run.terms.push({ ...led, life: '1', boot: 2, atMs: 9 });
      return true;
    },
  ],
  [
    'K7',
    'a term that went back on a disk that had been emptied before',
    (run) => {
      const fact = { node: 'n1', life: '1', boot: 2, group: 0, isLeader: false };
      run.terms.push({ ...fact, term: 2, atMs: 9 }, { ...fact, term: 1, atMs: 10 });
      return true;
    },
  ],
  [
    'K7',
    'a term that went back',
    (run) => {
      run.terms.push({
        node: 'n1',
        life: '0',
        boot: 1,
        group: 0,
        term: 2,
        isLeader: false,
        atMs: 9,
      });
      return true;
    },
  ],
  [
    'K7',
    'a leadership that a restart forgot',
    (run) => {
      const led = run.terms.find(({ isLeader, term }) => isLeader && term > 1);
      if (led === undefined) return false;
      run.terms.push({ ...led, boot: 2, term: led.term - 1, isLeader: false, atMs: 9 });
      return true;
    },
  ],
  [
    'K8',
    'an acknowledged message did not survive',
    (run, random) => {
      const all = run.survivors ?? [];
      const found = someWhere(all, ({ digests }) => digests.length > 1, random);
      if (found === null) return false;
      const { afterSeq, digests } = found.item;
      run.survivors = all.with(found.at, {
        ...found.item,
        digests: digests.slice(0, -1),
        acknowledgedSeq: afterSeq + digests.length,
      });
      return true;
    },
  ],
  [
    'K8',
    'another message survived',
    (run, random) => {
      const all = run.survivors ?? [];
      const found = someWhere(all, ({ digests }) => digests.length > 0, random);
      if (found === null) return false;
      const { digests } = found.item;
      run.survivors = all.with(found.at, { ...found.item, digests: digests.map((one) => one + 1) });
      return true;
    },
  ],
  [
    'K9',
    'two answers in one epoch',
    (run) => {
      const [answer] = run.answers;
      if (answer === undefined) return false;
      run.answers.push(answer);
      return true;
    },
  ],
  [
    'K9',
    'pieces of two attempts mixed',
    (run) => {
      run.answers = run.answers.map((answer) => ({ ...answer, text: 'oneonetwo' }));
      return true;
    },
  ],
  [
    'K9',
    'a whole answer without its end',
    (run) => {
      run.answers = run.answers.map((answer) => ({ ...answer, text: 'one' }));
      run.deliveries = run.deliveries.filter(({ completed }) => completed);
      return true;
    },
  ],
  [
    'K9',
    'a whole answer that was not kept',
    (run) => {
      run.answers = [];
      return true;
    },
  ],
  [
    'K9',
    'a retry under another id',
    (run) => {
      run.deliveries = run.deliveries.map((one) => ({ ...one, webhookId: 'another' }));
      return true;
    },
  ],
  [
    'K9',
    'work that never ends',
    (run) => {
      run.settledWork = [{ session: 0, status: 'running' }];
      return true;
    },
  ],
  [
    'K10',
    'a session that is not acknowledged after a fault',
    (run) => {
      run.appends = run.appends.map((one) =>
        one.session === 0 && one.returnMs > 500
          ? {
              ...one,
              returnMs: Number.isFinite(one.returnMs) ? one.returnMs + 20_000 : one.returnMs,
            }
          : one,
      );
      return true;
    },
  ],
  [
    'X1',
    'a node that ended by itself',
    (run) => {
      run.unexpectedEnds.push({ node: 'n1', atMs: 1, detail: 'code 70' });
      return true;
    },
  ],
  [
    'X1',
    'a node that went on after a failed sync',
    (run) => {
      run.faults = run.faults.map((fault) => ({
        ...fault,
        broken: 'a sync failed and it went on',
      }));
      return true;
    },
  ],
];
