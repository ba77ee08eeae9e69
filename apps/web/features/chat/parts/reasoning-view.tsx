import { formatDuration } from '@/common/format-time.ts';
import { Folded } from './folded.tsx';

export interface ReasoningViewProps {
  readonly text: string;
  readonly isStreaming: boolean;
  /** How long it took; null: that is not known. */
  readonly ms: number | null;
}

export function ReasoningView({ text, isStreaming, ms }: ReasoningViewProps) {
  const took = ms === null ? 'Thoughts' : `Thought for ${formatDuration(ms)}`;
  return (
    <Folded
      title={isStreaming ? 'Thinking…' : took}
      detail={`${text.split(/\s+/).length} words`}
      body={text}
    />
  );
}
