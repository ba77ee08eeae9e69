import type { FeedbackBody } from '@fleetlm/protocol';
import { REASON_LABELS } from '@/features/feedback/index.ts';
import { type DataColumn, DataTable } from '@/ui/data-table.tsx';
import { LocalTime } from '@/ui/local-time.tsx';

/** Feedback, newest first. */
export function FeedbackTable({ rows }: { readonly rows: readonly FeedbackBody[] }) {
  return (
    <DataTable
      label="Feedback"
      columns={COLUMNS}
      rows={rows}
      rowKey={({ session_id, seq, user_id }) => `${session_id} ${seq} ${user_id}`}
      tableClassName="text-sm [&>tbody]:tabular"
      rowClassName="h-auto [&>*]:py-2 align-top"
    />
  );
}

const COLUMNS: readonly DataColumn<FeedbackBody>[] = [
  { id: 'rating', header: 'Rating', cell: ({ rating }) => (rating === 'up' ? 'Good' : 'Bad') },
  {
    id: 'reason',
    header: 'Reason',
    cell: ({ reason }) => (reason === null ? '–' : REASON_LABELS[reason]),
  },
  {
    id: 'comment',
    header: 'Comment',
    className: 'max-w-96 whitespace-pre-wrap [overflow-wrap:anywhere]',
    cell: ({ comment }) => <span dir="auto">{comment ?? '–'}</span>,
  },
  {
    id: 'reply',
    header: 'Reply',
    isRowHeader: true,
    className: 'font-normal',
    cell: ({ session_id, seq, user_id }) => (
      <>
        <span className="block max-w-48 truncate">{session_id}</span>
        <span className="text-xs text-muted">
          {user_id}, #{seq}
        </span>
      </>
    ),
  },
  { id: 'when', header: 'When', cell: ({ updated_at }) => <LocalTime iso={updated_at} /> },
];
