'use client';

import { useState } from 'react';
import { CopyButton } from '@/ui/copy-button.tsx';
import { Segments } from '@/ui/segments.tsx';
import { RegisterAgent } from '../register-agent.tsx';
import { WAYS, type Way } from './ways.ts';

const CHOICES = WAYS.map(({ value, label }) => ({ value, label }));

/** What an owner sees first where there is no agent: three steps to one that answers. */
export function ConnectAgent() {
  const [value, setValue] = useState('ai-sdk');
  const way = WAYS.find((candidate) => candidate.value === value) ?? WAYS[0];
  return (
    <section
      aria-labelledby="connect-title"
      className="flex flex-col gap-6 rounded-xl border border-border bg-surface p-6 shadow-float"
    >
      <header>
        <h2 id="connect-title" className="text-xl font-semibold tracking-tight">
          Connect your agent
        </h2>
        <p className="text-muted">
          An agent is an HTTP endpoint. It is sent the conversation and streams an answer back.
        </p>
      </header>
      <ol className="flex flex-col gap-6">
        <Step number={1} title="Run it">
          <div className="overflow-x-auto">
            <Segments label="Way" value={value} choices={CHOICES} onChange={setValue} />
          </div>
          {way !== undefined && <Code way={way} />}
        </Step>
        <Step number={2} title="Register its address">
          {way !== undefined && (
            <p className="text-sm text-muted">
              Here that is the origin <code className="text-text">{way.origin}</code> and the path{' '}
              <code className="text-text">{way.path}</code>.
            </p>
          )}
          <div>
            <RegisterAgent />
          </div>
        </Step>
        <Step number={3} title="Have it answer">
          <p className="text-sm text-muted">
            The page of the agent shows its first call as soon as it is made.
          </p>
        </Step>
      </ol>
    </section>
  );
}

function Step({
  number,
  title,
  children,
}: {
  readonly number: number;
  readonly title: string;
  readonly children: React.ReactNode;
}) {
  return (
    <li className="grid grid-cols-[28px_minmax(0,1fr)] gap-3">
      <span
        aria-hidden
        className="grid size-7 place-items-center rounded-full bg-bubble text-sm font-semibold text-accent"
      >
        {number}
      </span>
      <div className="flex min-w-0 flex-col gap-3">
        <h3 className="pt-0.5 font-medium">{title}</h3>
        {children}
      </div>
    </li>
  );
}

function Code({ way: { text, fileName, code } }: { readonly way: Way }) {
  return (
    <>
      <p className="text-sm text-muted">{text}</p>
      <div className="overflow-hidden rounded-lg border border-border">
        <div className="flex h-9 items-center justify-between border-b border-border bg-raised pl-3 pr-1 text-xs text-muted">
          <span className="tabular">{fileName}</span>
          <CopyButton text={code} label="Copy code" />
        </div>
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
          tabIndex={0}
          className="tabular max-h-80 overflow-auto px-3 py-2.5 text-xs leading-[1.6]"
        >
          {code}
        </pre>
      </div>
    </>
  );
}
