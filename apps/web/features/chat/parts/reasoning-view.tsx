import { Folded } from './folded.tsx';

export function ReasoningView({
  text,
  isStreaming,
}: {
  readonly text: string;
  readonly isStreaming: boolean;
}) {
  return (
    <Folded
      title={isStreaming ? 'Thinking…' : 'Thoughts'}
      detail={`${text.split(/\s+/).length} words`}
      body={text}
    />
  );
}
