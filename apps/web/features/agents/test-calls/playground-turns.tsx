import clsx from 'clsx';
import { formatDuration } from '@/common/format-time.ts';
import { answerText, piecesPerSecond, type TriedTurn } from './tried-turns.ts';

export interface PlaygroundTurnsProps {
  readonly turns: readonly TriedTurn[];
  readonly selected: number;
  readonly onSelect: (turn: number) => void;
}

/** What was said and answered; the call of one of them is looked at beside it. */
export function PlaygroundTurns({ turns, selected, onSelect }: PlaygroundTurnsProps) {
  return (
    <ol aria-label="What was said" className="flex flex-col gap-3">
      {turns.map((turn, at) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: turns are only added; a turn's place is its identity
          key={at}
          className={clsx(
            'flex flex-col gap-2 rounded-lg border bg-surface p-3 text-sm',
            at === selected ? 'border-accent' : 'border-border',
          )}
        >
          <p>
            <span className="mr-2 text-xs text-muted">You</span>
            <span className="whitespace-pre-wrap [overflow-wrap:anywhere]">{turn.text}</span>
          </p>
          <p>
            <span className="mr-2 text-xs text-muted">Agent</span>
            {turn.test.answer === null ? (
              <span className="text-critical">{turn.test.error ?? 'Empty reply.'}</span>
            ) : (
              <span className="whitespace-pre-wrap [overflow-wrap:anywhere]">
                {answerText(turn.test)}
              </span>
            )}
          </p>
          <button
            type="button"
            aria-pressed={at === selected}
            onClick={() => onSelect(at)}
            className="min-h-6 self-start text-xs text-accent underline underline-offset-2"
          >
            {figures(turn)}
          </button>
        </li>
      ))}
    </ol>
  );
}

function figures({ test }: TriedTurn): string {
  const pace = piecesPerSecond(test);
  return [
    test.status === null ? 'No answer' : `Status ${test.status}`,
    ...(test.first_token_ms === null ? [] : [`first token ${formatDuration(test.first_token_ms)}`]),
    `all of it ${formatDuration(test.total_ms)}`,
    ...(pace === null ? [] : [`${Math.round(pace)} pieces a second`]),
  ].join(', ');
}
