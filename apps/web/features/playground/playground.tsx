'use client';

import type { ScenarioId } from '@fleetlm/raft/playground';
import { useState } from 'react';
import { Button } from '@/ui/button.tsx';
import { Notice } from '@/ui/notice.tsx';
import { PlaygroundScene } from './playground-scene.tsx';
import { usePlayground } from './use-playground.ts';

/** Five nodes with the core that the product runs on, to be broken in every way, in slow motion. */
export function Playground({ first }: { readonly first: ScenarioId }) {
  const { state, controls } = usePlayground(first);
  const [scenario, setScenario] = useState(first);
  const load = (next: ScenarioId): void => {
    setScenario(next);
    window.history.replaceState(null, '', `?scenario=${next}`);
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
