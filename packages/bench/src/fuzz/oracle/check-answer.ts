import { ackErrorSchema, problemSchema, REST_ROUTES, type RestAnswer } from '@fleetlm/protocol';
import { ERROR_CODES, PROBLEM_MEDIA_TYPE } from '@fleetlm/protocol/plain';
import * as z from 'zod';
import type { HttpAnswer } from '../drive/http-answers.ts';
import type { FindingKind } from './findings.ts';

/** One promise of the contract that an answer breaks. `signature` is the same for the same fault. */
export interface Breach {
  readonly kind: FindingKind;
  readonly detail: string;
  readonly signature: string;
}

/** What no answer may hold: files, code, SQL, addresses of the inside. */
const INTERNAL_TEXT: readonly (readonly [RegExp, string])[] = [
  [/node_modules|\.ts:\d+|\bat (async )?[\w.#<>]+ \(/, 'a stack'],
  [/\/(tmp|home|root|usr|var|work)\/[\w.-]+\//, 'a path'],
  [/\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\s+[\w"*]/, 'SQL'],
  [
    /relation "|syntax error at or near|invalid byte sequence|PrismaClient|SQLSTATE/,
    'a message of Postgres',
  ],
  [/\bE(CONNREFUSED|CONNRESET|PIPE|NOTFOUND|MFILE|NOENT)\b/, 'an error of the system'],
  [/RangeError|TypeError|Maximum call stack|Cannot read propert/, 'an error of the runtime'],
];

/** Checks an answer of REST; `route`: the one whose schema an answer of 2xx is held against. */
export function checkAnswer(answer: HttpAnswer, route: string | null): readonly Breach[] {
  if (answer.status < 400) return checkSuccess(answer, route);
  return isOrdinary(answer) ? [] : checkProblem(answer);
}

/** An answer that its route has, whatever its status: a node that is not ready says so with 503 and its reasons. */
function isOrdinary({ status, body, isWhole }: HttpAnswer): boolean {
  if (!isWhole) return false;
  const value = parseJson(body.toString('utf8'));
  return REST_ROUTES.some(({ answers }) =>
    answers.some(
      (answer) =>
        answer.status === status &&
        answer.body instanceof z.ZodType &&
        answer.body.safeParse(value).success,
    ),
  );
}

/** What a case without any token, or with that of a user, must not be answered with. */
export function checkAccess(
  status: number,
  route: string | null,
  sender: 'user' | 'operator' | 'anonymous',
): readonly Breach[] {
  const known = REST_ROUTES.find(({ method, path }) => `${method} ${path}` === route);
  if (known === undefined || known.access === 'anyone' || sender === 'operator') return [];
  // A signed link proves itself by its query, which is read before the signature is: what is wrong in it may be named.
  const isRead = sender === 'anonymous' && known.access !== 'signed';
  const isServed = status < 300 || (isRead && (status === 422 || status === 409));
  if (!isServed || (sender === 'user' && known.access === 'user')) return [];
  return [
    breach('wrong-status', `${route} answered ${status} to ${sender}`, `access ${route} ${sender}`),
  ];
}

/** The status, where a case says which it has to be. */
export function checkStatus(
  status: number,
  expected: readonly number[] | undefined,
): readonly Breach[] {
  if (expected === undefined || expected.includes(status)) return [];
  const detail = `the status is ${status} instead of ${expected.join(' or ')}`;
  return [breach('wrong-status', detail, '')];
}

function checkProblem({ status, headers, body, isWhole }: HttpAnswer): readonly Breach[] {
  if (!isWhole) return [];
  const text = body.toString('utf8');
  const type = headers.get('content-type') ?? 'none';
  if (!type.startsWith(PROBLEM_MEDIA_TYPE))
    return [
      breach(
        'bad-answer',
        `${status} has the content type "${type}" instead of ${PROBLEM_MEDIA_TYPE}: ${excerpt(text)}`,
        `type ${status} ${type}`,
      ),
    ];
  const parsed = problemSchema.safeParse(parseJson(text));
  if (!parsed.success)
    return [
      breach(
        'bad-answer',
        `${status} is no problem document: ${excerpt(text)}`,
        `problem ${status}`,
      ),
    ];
  const { code, errors, detail } = parsed.data;
  const breaches: Breach[] = [];
  if (parsed.data.status !== status || ERROR_CODES[code].status !== status)
    breaches.push(breach('bad-answer', `${code} came with status ${status}`, `status ${code}`));
  if (code === 'internal')
    breaches.push(breach('internal-error', `500 internal: ${excerpt(text)}`, 'rest internal'));
  if (code === 'invalid_request' && errors.length === 0)
    breaches.push(
      breach(
        'bad-answer',
        `invalid_request names no field: ${detail}`,
        `no field: ${wordsOf(detail)}`,
      ),
    );
  return [...breaches, ...internalText(text)];
}

function checkSuccess(answer: HttpAnswer, route: string | null): readonly Breach[] {
  if (route === null || !answer.isWhole) return [];
  const known = REST_ROUTES.find(({ method, path }) => `${method} ${path}` === route);
  if (known === undefined) return [];
  const documented = known.answers.find(({ status }) => status === answer.status);
  if (documented === undefined)
    return [
      breach(
        'bad-answer',
        `${route} answered ${answer.status}, which its contract does not have`,
        `undocumented ${route} ${answer.status}`,
      ),
    ];
  return checkBody(answer, documented, route);
}

function checkBody(answer: HttpAnswer, { body }: RestAnswer, route: string): readonly Breach[] {
  if (body === undefined || !(body instanceof z.ZodType)) return [];
  const parsed = body.safeParse(parseJson(answer.body.toString('utf8')));
  if (parsed.success) return [];
  const [issue] = parsed.error.issues;
  return [
    breach(
      'bad-answer',
      `${route} ${answer.status}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
      `schema ${route} ${issue?.path.filter((key) => typeof key === 'string').join('.') ?? ''}`,
    ),
  ];
}

const refusalSchema = z.looseObject({ ok: z.literal(false) });

/** Checks an acknowledgement of Socket.IO: the arguments of its packet. */
export function checkAck(value: unknown): readonly Breach[] {
  if (!refusalSchema.safeParse(value).success)
    return z.looseObject({ ok: z.literal(true) }).safeParse(value).success
      ? []
      : [
          breach(
            'bad-answer',
            `an ack is neither ok nor an error: ${excerpt(JSON.stringify(value) ?? '')}`,
            'ack',
          ),
        ];
  const parsed = ackErrorSchema.safeParse(value);
  const text = JSON.stringify(value) ?? '';
  if (!parsed.success)
    return [breach('bad-answer', `an ack's error is malformed: ${excerpt(text)}`, 'ack error')];
  const { code, errors, message } = parsed.data.error;
  const breaches: Breach[] = [];
  if (code === 'internal')
    breaches.push(
      breach('internal-error', `an ack says internal: ${excerpt(text)}`, 'ack internal'),
    );
  if (code === 'invalid_request' && (errors ?? []).length === 0)
    breaches.push(
      breach(
        'bad-answer',
        `an ack's invalid_request names no field: ${message}`,
        `ack no field: ${wordsOf(message)}`,
      ),
    );
  return [...breaches, ...internalText(text)];
}

/** What a text gives away of the inside. */
export function internalText(text: string): readonly Breach[] {
  return INTERNAL_TEXT.flatMap(([pattern, what]) => {
    const found = pattern.exec(text.slice(0, 100_000));
    return found === null
      ? []
      : [
          breach(
            'internal-text',
            `an error shows ${what}: ${excerpt(text.slice(Math.max(0, found.index - 60)))}`,
            what,
          ),
        ];
  });
}

function breach(kind: FindingKind, detail: string, signature: string): Breach {
  return { kind, detail, signature };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Without what differs from request to request. */
function wordsOf(text: string): string {
  return text.replace(/[0-9]+/g, '0').slice(0, 60);
}

function excerpt(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}...`;
}
