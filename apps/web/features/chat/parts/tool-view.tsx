import { type ToolPart, type ToolState, toolNameOf } from '@fleetlm/client';
import { Approval } from './approval.tsx';
import { Folded } from './folded.tsx';

const STATES: Readonly<Record<ToolState, string>> = {
  'input-streaming': 'preparing…',
  'input-available': 'running…',
  'approval-requested': 'needs approval',
  'approval-responded': 'running…',
  'output-available': 'done',
  'output-error': 'failed',
  'output-denied': 'denied',
};

/** A call of a tool: its name and how it went; what went in and came out when opened. */
export function ToolView({
  part,
  messageId,
}: {
  readonly part: ToolPart;
  readonly messageId: string | null;
}) {
  const name = part.title ?? toolNameOf(part);
  if (part.state === 'approval-requested')
    return <Approval part={part} toolName={name} messageId={messageId} />;
  const isFailed = part.state === 'output-error';
  return (
    <Folded
      title={
        <>
          <span className="font-normal text-muted">Tool: </span>
          {name}
        </>
      }
      detail={STATES[part.state]}
      tone={isFailed ? 'critical' : 'muted'}
      body={describe(part)}
    />
  );
}

function describe(part: ToolPart): string {
  const lines = [`input  ${json(part.input)}`];
  if (part.output !== undefined) lines.push(`output ${json(part.output)}`);
  if (part.errorText !== undefined) lines.push(`error  ${part.errorText}`);
  return lines.join('\n');
}

function json(value: unknown): string {
  return value === undefined ? '-' : JSON.stringify(value, null, 2);
}
