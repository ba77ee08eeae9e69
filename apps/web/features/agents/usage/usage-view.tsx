import type { UsageAnswer } from '@fleetlm/protocol';
import { formatNumber } from '@/common/format-figures.ts';
import { Button } from '@/ui/button.tsx';
import { EmptyState } from '@/ui/empty-state.tsx';
import { Notice } from '@/ui/notice.tsx';
import { costWords } from './cost-words.ts';
import { UsageChart } from './usage-chart.tsx';
import { UsersTable } from './users-table.tsx';

interface UsageViewProps {
  readonly agentId: string;
  readonly days: UsageAnswer;
  readonly users: UsageAnswer;
}

/** Tokens and cost of an agent’s replies: in all, by day, by user, and what is left of today’s budget. */
export function UsageView({ agentId, days, users }: UsageViewProps) {
  const { totals, budget } = days;
  return (
    <div className="flex flex-col gap-5">
      {budget.is_exhausted && (
        <Notice tone="warn" role="status">
          The budget for today is used up. Messages to this agent are refused until midnight UTC, or
          until you raise the budget in its settings.
        </Notice>
      )}
      <dl className="grid grid-cols-2 gap-3 md:grid-cols-4">
        <Figure label={`Replies since ${days.from}`} value={formatNumber(totals.replies)} />
        <Figure label="Input tokens" value={formatNumber(totals.input_tokens)} />
        <Figure label="Output tokens" value={formatNumber(totals.output_tokens)} />
        <Figure label="Cost" value={costWords(totals.costs)} />
      </dl>
      <BudgetLine budget={budget} />
      {days.rows.length === 0 ? (
        <EmptyState
          title="No usage yet"
          text="Replies are counted when the agent reports its usage, a few seconds after they end."
        />
      ) : (
        <>
          <UsageChart days={days} />
          <UsersTable users={users} />
        </>
      )}
      <div className="flex flex-wrap gap-2">
        <Download agentId={agentId} by="day" label="Days as CSV" />
        <Download agentId={agentId} by="user" label="Users as CSV" />
      </div>
    </div>
  );
}

function BudgetLine({ budget }: Pick<UsageAnswer, 'budget'>) {
  const { daily_token_budget, daily_cost_budget, total_tokens, cost_micros, currency } = budget;
  const lines = [
    ...(daily_token_budget === null
      ? []
      : [`${formatNumber(total_tokens)} of ${formatNumber(daily_token_budget)} tokens`]),
    ...(daily_cost_budget === null
      ? []
      : [
          `${costWords([{ currency, cost_micros }])} of ${formatNumber(daily_cost_budget)} ${currency}`,
        ]),
  ];
  return (
    <p className="text-sm text-muted">
      {lines.length === 0 ? 'No daily budget is set.' : `Spent today: ${lines.join(', ')}.`}
    </p>
  );
}

interface DownloadProps {
  readonly agentId: string;
  readonly by: 'day' | 'user';
  readonly label: string;
}

function Download({ agentId, by, label }: DownloadProps) {
  return (
    <Button asChild size="sm">
      <a href={`/api/agents/${encodeURIComponent(agentId)}/usage?by=${by}`} download>
        {label}
      </a>
    </Button>
  );
}

function Figure({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <div className="rounded-lg border border-border bg-surface px-4 py-3">
      <dt className="text-xs text-muted">{label}</dt>
      <dd className="tabular text-xl font-semibold">{value}</dd>
    </div>
  );
}
