'use client';

import { parseAsString, useQueryStates } from 'nuqs';
import { AdminPage } from '../admin-page.tsx';
import { useCluster } from '../cluster-provider.tsx';
import { Reported } from '../reported.tsx';
import { EventList } from './event-list.tsx';
import { EVENT_LOOKS } from './event-looks.ts';

const SHOWN_LINES = 200;
/** In the address; empty: all. */
const SHOWN = { kind: parseAsString.withDefault(''), node: parseAsString.withDefault('') };

/** What happened in the cluster, newest first. */
export function EventsView() {
  const live = useCluster();
  const { events, nodes, reportedBy } = live.cluster;
  const [{ kind, node }, choose] = useQueryStates(SHOWN);
  const found = events.filter(
    (event) => (kind === '' || event.kind === kind) && (node === '' || event.node_id === node),
  );
  return (
    <AdminPage
      title="Events"
      lead={`Elections, membership, nodes coming and going, failures of the archive and of agents. The newest 1,000 since ${reportedBy ?? 'the reporter'} started; older ones are in the logs of the nodes.`}
      actions={<Reported {...live} />}
    >
      <div className="flex flex-wrap gap-3">
        <Choice
          label="Kind"
          value={kind}
          all="all kinds"
          choices={Object.entries(EVENT_LOOKS).map(([value, { word }]) => ({ value, word }))}
          onChange={(value) => void choose({ kind: value })}
        />
        <Choice
          label="Reported by"
          value={node}
          all="all nodes"
          choices={nodes.map(({ node_id }) => ({ value: node_id, word: node_id }))}
          onChange={(value) => void choose({ node: value })}
        />
        <p role="status" className="self-center text-muted">
          {found.length === events.length
            ? `${events.length} events`
            : `${found.length} of ${events.length} events`}
        </p>
      </div>
      <div className="rounded-lg border border-border bg-surface px-4 py-2">
        <EventList
          events={found}
          linesMax={SHOWN_LINES}
          none={events.length === 0 ? 'No events yet.' : 'No matching events.'}
        />
      </div>
    </AdminPage>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly all: string;
  readonly choices: readonly { readonly value: string; readonly word: string }[];
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, all, choices, onChange }: ChoiceProps) {
  return (
    <label className="flex items-center gap-2 text-muted">
      {label}
      <select
        value={value}
        onChange={({ target }) => onChange(target.value)}
        className="h-8 rounded-md border border-strong bg-surface px-2 text-text"
      >
        <option value="">{all}</option>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.word}
          </option>
        ))}
      </select>
    </label>
  );
}
