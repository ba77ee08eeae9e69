'use client';

import { SCENARIOS, type ScenarioId } from '@fleetlm/raft/playground';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { Button } from '@/ui/button.tsx';
import { Notice } from '@/ui/notice.tsx';
import { PlaygroundScene } from './playground-scene.tsx';
import { usePlayground } from './use-playground.ts';

/** Always named, the first one too: the address can be passed on. */
const SCENARIO = parseAsStringLiteral(SCENARIOS.map(({ id }) => id)).withOptions({
  clearOnDefault: false,
});

/** Five nodes with the core that the product runs on, to be broken in every way, in slow motion. */
export function Playground({ first }: { readonly first: ScenarioId }) {
  const { state, controls } = usePlayground(first);
  const [scenario, setScenario] = useQueryState('scenario', SCENARIO.withDefault(first));
  const load = (next: ScenarioId): void => {
    void setScenario(next);
    if (state.status === 'failed') controls.restart(next);
    else controls.load(next);
  };
  switch (state.status) {
    case 'loading':
      return (
        <p role="status" className="py-16 text-center text-muted">
          Starting five nodes in this browser…
        </p>
      );
    case 'failed':
      return (
        <Notice
          tone="critical"
          role="alert"
          action={
            <Button size="sm" onClick={() => load(scenario)}>
              Start over
            </Button>
          }
        >
          The playground has stopped: {state.detail}
        </Notice>
      );
    case 'ready':
      return (
        <PlaygroundScene
          scene={state.scene}
          scenario={scenario}
          controls={controls}
          onLoad={load}
        />
      );
    default:
      return state satisfies never;
  }
}
