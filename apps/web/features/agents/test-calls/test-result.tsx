import type { AgentTestBody } from '@fleetlm/protocol';
import clsx from 'clsx';
import { formatDuration } from '@/common/format-time.ts';
import { type DataColumn, DataTable } from '@/ui/data-table.tsx';
import { Notice } from '@/ui/notice.tsx';
import { ScrollRegion } from '@/ui/scroll-region.tsx';

const VERDICTS = {
  ok: { glyph: '✓', colour: 'text-ok' },
  warning: { glyph: '!', colour: 'text-warn' },
  wrong: { glyph: '✕', colour: 'text-critical' },
  skipped: { glyph: '–', colour: 'text-muted' },
} as const;

interface TestResultProps {
  readonly test: AgentTestBody;
  /** Only what needs attention. */
  readonly isBrief?: boolean;
}

/** What one test call brought. */
export function TestResult({ test, isBrief = false }: TestResultProps) {
  const findings = test.findings.filter(
    ({ verdict }) => verdict !== 'skipped' && !(isBrief && verdict === 'ok'),
  );
  return (
    <div className="flex flex-col gap-4">
      <Notice tone={test.is_healthy ? 'ok' : 'critical'} role="status">
        {test.is_healthy
          ? `The agent replies. First token: ${formatDuration(test.first_token_ms ?? test.total_ms)}, whole reply: ${formatDuration(test.total_ms)}.`
          : (test.error ?? 'The reply has problems.')}
      </Notice>
      <ul className="flex flex-col gap-1 text-sm" aria-label="Findings">
        {findings.map(({ check, verdict, found, advice }) => (
          <li key={check} className="flex gap-2">
            <span className={clsx('w-4 shrink-0 text-center', VERDICTS[verdict].colour)}>
              <span aria-hidden>{VERDICTS[verdict].glyph}</span>
              <span className="sr-only">{verdict}</span>
            </span>
            <span>
              <span className="text-muted">{check.replaceAll('-', ' ')}: </span>
              {found}
              {advice !== null && <span className="text-muted"> {advice}</span>}
            </span>
          </li>
        ))}
      </ul>
      <Chunks test={test} />
      <details className="rounded-md border border-border bg-surface" hidden={isBrief}>
        <summary className="cursor-pointer px-3 py-2 text-sm font-medium">What was sent</summary>
        <ScrollRegion label="What was sent" className="max-h-80 overflow-auto">
          <pre className="whitespace-pre-wrap break-all px-3 pb-3 text-xs">{requestText(test)}</pre>
        </ScrollRegion>
      </details>
    </div>
  );
}

/** Nothing is ever put in between: its place is its identity. */
function chunkKey(index: number, atMs: number): string {
  return `${index} ${atMs}`;
}

function requestText({ url, request }: AgentTestBody): string {
  if (request === null) return 'No request was sent.';
  const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`);
  return [`POST ${url ?? ''}`, ...headers, '', pretty(request.body)].join('\n');
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

const CHUNK_COLUMNS: readonly DataColumn<AgentTestBody['chunks'][number]>[] = [
  {
    id: 'time',
    header: 'Time',
    className: 'w-20 whitespace-nowrap text-muted',
    cell: ({ at_ms }) => formatDuration(at_ms),
  },
  {
    id: 'chunk',
    header: 'Chunk',
    className: 'break-all font-mono',
    cell: ({ text, error }) => (
      <>
        {text}
        {error !== null && <p className="text-critical">✕ {error}</p>}
      </>
    ),
  },
];

function Chunks({ test }: { readonly test: AgentTestBody }) {
  const { chunks, chunk_count } = test;
  if (chunks.length === 0) return null;
  return (
    <section aria-label="Chunks" className="flex flex-col gap-1">
      <h2 className="text-sm font-medium">
        {chunk_count} {chunk_count === 1 ? 'chunk' : 'chunks'}
      </h2>
      <DataTable
        label="Chunks with their times"
        columns={CHUNK_COLUMNS}
        rows={chunks}
        rowKey={({ at_ms }, index) => chunkKey(index, at_ms)}
        density="dense"
        frameClassName="max-h-80 overflow-auto rounded-md"
        tableClassName="text-xs [&>tbody]:tabular"
        isHeadless
      />
      {chunk_count > chunks.length && (
        <p className="text-xs text-muted">The first {chunks.length} are shown.</p>
      )}
    </section>
  );
}
