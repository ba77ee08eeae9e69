'use client';

import { SCENARIOS, type ScenarioId, scenarioOf } from '@fleetlm/raft/playground';
import { Check, ChevronDown } from 'lucide-react';
import { Button } from '@/ui/button.tsx';
import { Menu, MenuItem } from '@/ui/menu.tsx';

export interface ScenarioPanelProps {
  readonly scenario: ScenarioId;
  readonly onLoad: (scenario: ScenarioId) => void;
}

/** What is being shown, why it happens, and what to try; a menu with the others. */
export function ScenarioPanel({ scenario, onLoad }: ScenarioPanelProps) {
  const { title, text, tryThis } = scenarioOf(scenario);
  return (
    <section
      aria-labelledby="scenario-title"
      className="rounded-lg border border-border bg-surface p-4"
    >
      <div className="mb-1 flex items-center justify-between gap-2">
        <h2 id="scenario-title" className="text-lg font-semibold">
          {title}
        </h2>
        <Menu
          trigger={
            <Button size="sm">
              Scenarios
              <ChevronDown size={14} aria-hidden />
            </Button>
          }
        >
          {SCENARIOS.map((choice) => (
            <MenuItem
              key={choice.id}
              onSelect={() => onLoad(choice.id)}
              className="h-auto max-w-96 items-start py-2"
            >
              <Check
                size={14}
                aria-hidden
                className={choice.id === scenario ? 'mt-0.5 shrink-0' : 'invisible mt-0.5 shrink-0'}
              />
              <span>
                <span className="block font-medium">
                  {choice.title}
                  {choice.id === scenario && <span className="sr-only"> (shown)</span>}
                </span>
                <span className="line-clamp-2 text-xs text-muted">{choice.text}</span>
              </span>
            </MenuItem>
          ))}
        </Menu>
      </div>
      <p className="text-muted">{text}</p>
      <p className="mt-2">
        <span className="font-medium">Try: </span>
        {tryThis}
      </p>
    </section>
  );
}
