/** One answer of HTTP/1.1 as it stood on the wire. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** The body ended where the head states, or with the connection. */
  readonly isWhole: boolean;
}

const HEAD_END = Buffer.from('\r\n\r\n');

/** The answers in what came over one connection; `rest` is what is no answer. Interim answers are left out. */
export function parseAnswers(
  received: Buffer,
  closed: boolean,
): { readonly answers: readonly HttpAnswer[]; readonly rest: Buffer } {
  const answers: HttpAnswer[] = [];
  let at = 0;
  for (;;) {
    const headEnd = received.indexOf(HEAD_END, at);
    if (headEnd < 0) break;
    const head = parseHead(received.subarray(at, headEnd).toString('latin1'));
    if (head === null) break;
    const bodyAt = headEnd + HEAD_END.length;
    const { body, end, isWhole } = readBody(received, bodyAt, head, closed);
    at = end;
    if (head.status >= 200) answers.push({ ...head, body, isWhole });
    if (head.status === 101 || !isWhole) break;
  }
  return { answers, rest: received.subarray(at) };
}

interface Head {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
}

function parseHead(text: string): Head | null {
  const [statusLine = '', ...lines] = text.split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1];
  if (status === undefined) return null;
  const headers = new Map<string, string>();
  for (const header of lines) {
    const colon = header.indexOf(':');
    if (colon > 0)
      headers.set(header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim());
  }
  return { status: Number(status), headers };
}

interface Body {
  readonly body: Buffer;
  readonly end: number;
  readonly isWhole: boolean;
}

function readBody(bytes: Buffer, at: number, head: Head, closed: boolean): Body {
  if (head.status < 200 || head.status === 204 || head.status === 304)
    return { body: Buffer.alloc(0), end: at, isWhole: true };
  if (head.headers.get('transfer-encoding')?.includes('chunked') === true)
    return readChunks(bytes, at);
  const length = Number(head.headers.get('content-length') ?? Number.NaN);
  if (Number.isNaN(length)) return { body: bytes.subarray(at), end: bytes.length, isWhole: closed };
  const end = Math.min(bytes.length, at + length);
  return { body: bytes.subarray(at, end), end, isWhole: end === at + length };
}

function readChunks(bytes: Buffer, from: number): Body {
  const parts: Buffer[] = [];
  let at = from;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) break;
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16);
    if (!Number.isSafeInteger(size)) break;
    if (size === 0)
      return {
        body: Buffer.concat(parts),
        end: Math.min(bytes.length, lineEnd + 4),
        isWhole: true,
      };
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
    if (at > bytes.length) break;
  }
  return { body: Buffer.concat(parts), end: bytes.length, isWhole: false };
}
