import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { text, untext } from '../testing/cluster.ts';
import type { ConfChangeSingle, ConfChangeType, ConfChangeV2, ConfState } from '../types.ts';
import { ConfChangeError, ConfChanger, type ConfResult, restoreConf } from './conf-change.ts';
import { ConfChangeDecodeError, decodeConfChange, encodeConfChange } from './conf-change-codec.ts';
import { Tracker } from './tracker.ts';

const limits = { inflightMessagesMax: 4, inflightBytesMax: 1000 };
const LETTERS: Readonly<Record<string, ConfChangeType>> = {
  v: 'add-node',
  l: 'add-learner-node',
  r: 'remove-node',
  u: 'update-node',
};

/** "v1 l2 r3": add voter 1, add learner 2, remove 3. */
const parse = (script: string): ConfChangeSingle[] =>
  script
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => ({
      type: LETTERS[word[0] ?? ''] ?? 'update-node',
      nodeId: Number(word.slice(1)),
    }));

function show({ config, progress }: ConfResult): string {
  const tracker = new Tracker();
  tracker.take(config, progress);
  const { voters, votersOutgoing, learners, learnersNext, autoLeave } = tracker.confState();
  return [
    `(${voters.join(' ')})`,
    ...(votersOutgoing.length > 0 ? [`&(${votersOutgoing.join(' ')})`] : []),
    ...(learners.length > 0 ? [`l(${learners.join(' ')})`] : []),
    ...(learnersNext.length > 0 ? [`n(${learnersNext.join(' ')})`] : []),
    ...(autoLeave ? ['auto'] : []),
    `p(${[...progress.keys()].sort((a, b) => a - b).join(' ')})`,
  ].join(' ');
}

/** Runs lines of "simple ...", "joint ...", "auto ..." and "leave". */
function run(lines: readonly string[]): string {
  let result: ConfResult = restoreConf(
    { voters: [], votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false },
    10,
    limits,
  );
  for (const line of lines) {
    const [kind = '', ...rest] = line.split(' ');
    const changer = new ConfChanger(result, 10, limits);
    const changes = parse(rest.join(' '));
    try {
      if (kind === 'simple') result = changer.simple(changes);
      else if (kind === 'leave') result = changer.leaveJoint();
      else result = changer.enterJoint(kind === 'auto', changes);
    } catch (error) {
      if (error instanceof ConfChangeError)
        return error.message.replace('configuration change refused: ', '');
      throw error;
    }
  }
  return show(result);
}

describe('the algebra of configurations', () => {
  test.each<[string[], string]>([
    [['simple v1'], '(1) p(1)'],
    [['simple v1', 'simple v1'], '(1) p(1)'],
    [['simple l1'], 'it would remove all voters'],
    [['simple v1', 'simple r1'], 'it would remove all voters'],
    [['simple v1', 'simple r9'], '(1) p(1)'],
    [['simple v1', 'simple u1'], '(1) p(1)'],
    [['simple v1', 'simple v2 v3'], 'more than one voter changed without a joint configuration'],
    [
      ['simple v1', 'simple v2', 'simple v3 r2'],
      'more than one voter changed without a joint configuration',
    ],
    [['simple v1', 'simple l2 l3'], '(1) l(2 3) p(1 2 3)'],
    [['simple v1', 'simple l2', 'simple v2'], '(1 2) p(1 2)'],
    [['simple v1', 'simple v2', 'simple l2'], '(1) l(2) p(1 2)'],
    [['simple v1', 'simple l2', 'simple r2'], '(1) p(1)'],
    [['joint v1'], 'a configuration without voters can not become joint'],
    [['simple v1', 'leave'], 'not in a joint configuration'],
    [['simple v1', 'joint'], '(1) &(1) p(1)'],
    [['simple v1', 'joint v2', 'joint v3'], 'already in a joint configuration'],
    [['simple v1', 'joint v2', 'simple v3'], 'still in a joint configuration'],
    [['simple v1', 'joint v2 v3'], '(1 2 3) &(1) p(1 2 3)'],
    [['simple v1', 'auto v2 v3'], '(1 2 3) &(1) auto p(1 2 3)'],
    [['simple v1', 'auto v2 v3', 'leave'], '(1 2 3) p(1 2 3)'],
    [['simple v1', 'joint v2 r1'], '(2) &(1) p(1 2)'],
    [['simple v1', 'joint v2 r1', 'leave'], '(2) p(2)'],
    [['simple v1', 'simple v2', 'joint l2'], '(1) &(1 2) n(2) p(1 2)'],
    [['simple v1', 'simple v2', 'joint l2', 'leave'], '(1) l(2) p(1 2)'],
    [['simple v1', 'simple v2', 'joint l2 v2', 'leave'], '(1 2) p(1 2)'],
    [['simple v1', 'simple v2', 'joint l2 r2', 'leave'], '(1) p(1)'],
    [['simple v1', 'simple v2', 'joint r2 l2', 'leave'], '(1) l(2) p(1 2)'],
    [['simple v1', 'simple l2', 'joint v2 l1', 'leave'], '(2) l(1) p(1 2)'],
    [['simple v1', 'joint v2 r2', 'leave'], '(1) p(1)'],
    [['simple v1', 'joint r1'], 'it would remove all voters'],
  ])('A20 %j is %s', (lines, expected) => {
    expect(run(lines)).toBe(expected);
  });

  test('A20 a refused change leaves the configuration as it was', () => {
    const before = restoreConf(
      { voters: [1, 2], votersOutgoing: [], learners: [3], learnersNext: [], autoLeave: false },
      5,
      limits,
    );
    const shown = show(before);
    expect(() => new ConfChanger(before, 5, limits).simple(parse('v3 v4'))).toThrow(
      ConfChangeError,
    );
    expect(show(before)).toBe(shown);
  });
});

const change = fc.record({
  type: fc.constantFrom<ConfChangeType>(
    'add-node',
    'remove-node',
    'update-node',
    'add-learner-node',
  ),
  nodeId: fc.integer({ min: 1, max: 6 }),
});

/** What a list of changes leads to, by the plain meaning of the words. */
function dumb(
  voters: readonly number[],
  changes: readonly ConfChangeSingle[],
): { voters: number[]; learners: number[] } {
  const role = new Map<number, 'voter' | 'learner'>(voters.map((id) => [id, 'voter']));
  for (const { type, nodeId } of changes) {
    if (type === 'add-node') role.set(nodeId, 'voter');
    else if (type === 'add-learner-node') role.set(nodeId, 'learner');
    else if (type === 'remove-node') role.delete(nodeId);
  }
  const of = (wanted: string): number[] =>
    [...role]
      .filter(([, is]) => is === wanted)
      .map(([id]) => id)
      .sort((a, b) => a - b);
  return { voters: of('voter'), learners: of('learner') };
}

const confOf = ({ config, progress }: ConfResult): ConfState => {
  const tracker = new Tracker();
  tracker.take(config, progress);
  return tracker.confState();
};

describe('random changes', () => {
  const start = fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 });

  test('A20 into a joint configuration and out of it is what the plain words say', () => {
    fc.assert(
      fc.property(start, fc.array(change, { maxLength: 8 }), (voters, changes) => {
        const expected = dumb(voters, changes);
        fc.pre(reachable(voters, changes));
        const begun = restoreConf(
          { voters, votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false },
          1,
          limits,
        );
        const joint = new ConfChanger(begun, 1, limits).enterJoint(true, changes);
        const left = confOf(new ConfChanger(joint, 1, limits).leaveJoint());
        expect({ voters: left.voters, learners: left.learners }).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test('A20 one by one, in steps or jointly: the same configuration', () => {
    fc.assert(
      fc.property(start, fc.array(change, { maxLength: 8 }), (voters, changes) => {
        fc.pre(changes.every((_, at) => reachable(voters, changes.slice(0, at + 1))));
        const begun = restoreConf(
          { voters, votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false },
          1,
          limits,
        );
        let simple = begun;
        for (const one of changes) simple = new ConfChanger(simple, 1, limits).simple([one]);
        const joint = new ConfChanger(begun, 1, limits).enterJoint(false, changes);
        expect(confOf(new ConfChanger(joint, 1, limits).leaveJoint())).toEqual(confOf(simple));
      }),
      { numRuns: 2000 },
    );
  });

  test('A20 a configuration that is stated is restored, joint ones too', () => {
    fc.assert(
      fc.property(
        start,
        fc.array(change, { maxLength: 8 }),
        fc.boolean(),
        (voters, changes, autoLeave) => {
          fc.pre(reachable(voters, changes));
          const begun = restoreConf(
            { voters, votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false },
            1,
            limits,
          );
          const state = confOf(new ConfChanger(begun, 1, limits).enterJoint(autoLeave, changes));
          expect(confOf(restoreConf(state, 1, limits))).toEqual(state);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

/** Does it leave a voter? (Only the end of a list of changes is looked at.) */
function reachable(voters: readonly number[], changes: readonly ConfChangeSingle[]): boolean {
  return dumb(voters, changes).voters.length > 0;
}

describe('the codec', () => {
  const entryOf = (data: Uint8Array) =>
    ({ index: 7, term: 1, type: 'conf-change-v2', data }) as const;

  test('A20 what is encoded is decoded', () => {
    const transition = fc.constantFrom<ConfChangeV2['transition']>(
      'auto',
      'joint-implicit',
      'joint-explicit',
    );
    const single = fc.record({
      type: fc.constantFrom<ConfChangeType>(
        'add-node',
        'remove-node',
        'update-node',
        'add-learner-node',
      ),
      nodeId: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    });
    fc.assert(
      fc.property(
        transition,
        fc.array(single, { maxLength: 20 }),
        fc.string(),
        (how, changes, context) => {
          const decoded = decodeConfChange(
            entryOf(encodeConfChange({ transition: how, changes, context: text(context) })),
          );
          expect({ ...decoded, context: untext(decoded.context) }).toEqual({
            transition: how,
            changes,
            context: untext(text(context)),
          });
        },
      ),
    );
  });

  test('A20 any other bytes are refused with an error of their own', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
        try {
          const change = decodeConfChange(entryOf(bytes));
          expect(encodeConfChange(change)).toEqual(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfChangeDecodeError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
