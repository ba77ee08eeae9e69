'use client';

import { configurationText, type ScenarioId } from '@fleetlm/raft/playground';
import { useCallback, useState } from 'react';
import { Notice } from '@/ui/notice.tsx';
import { Announcer } from './announcer.tsx';
import { ClientPanel } from './client-panel.tsx';
import { LogTable } from './log-table.tsx';
import { MessagesList } from './messages-list.tsx';
import { NodePanel } from './node-panel.tsx';
import { Ring } from './ring/ring.tsx';
import { ScenarioPanel } from './scenario-panel.tsx';
import { StoryList } from './story-list.tsx';
import { TransportBar } from './transport-bar.tsx';
import type { PlaygroundControls, Scene } from './use-playground.ts';
import { useReducedMotion } from './use-reduced-motion.ts';
import { useTransport } from './use-transport.ts';

export interface PlaygroundSceneProps {
  readonly scene: Scene;
  readonly scenario: ScenarioId;
  readonly controls: PlaygroundControls;
  readonly onLoad: (scenario: ScenarioId) => void;
}

/** The picture with time below it, the logs, and at the side what can be done. */
export function PlaygroundScene({ scene, scenario, controls, onLoad }: PlaygroundSceneProps) {
  const [selected, setSelected] = useState(1);
  const { perform } = controls;
  const load = (next: ScenarioId): void => {
    transport.pause();
    onLoad(next);
  };
  const transport = useTransport(controls, scene.isOver);
  const node = scene.nodes.find(({ id }) => id === selected);
  return (
    <div className="grid gap-5 lg:grid-cols-[minmax(0,1fr)_minmax(320px,400px)]">
      <div className="flex min-w-0 flex-col gap-4">
        <div className="rounded-lg border border-border bg-surface p-3">
          <Picture scene={scene} controls={controls} selected={selected} onSelect={setSelected} />
          <TransportBar
            nowMs={scene.nowMs}
            isPlaying={transport.isPlaying}
            isOver={scene.isOver}
            canUndo={scene.canUndo}
            speed={transport.speed}
            onPlay={transport.play}
            onPause={transport.pause}
            onStep={() => {
              transport.pause();
              perform({ type: 'step' });
            }}
            onUndo={() => {
              transport.pause();
              controls.undo();
            }}
            onReset={() => load(scenario)}
            onSpeed={transport.setSpeed}
          />
          {scene.isOver && (
            <Notice tone="info" role="status" className="mt-3">
              A scene ends after ten minutes. Start over to continue.
            </Notice>
          )}
        </div>
        <LogTable nodes={scene.nodes} />
        <MessagesList messages={scene.messages} onPerform={perform} />
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        <ScenarioPanel scenario={scenario} onLoad={load} />
        {node !== undefined && (
          <NodePanel
            node={node}
            cuts={scene.cuts}
            configuration={scene.configuration}
            onPerform={perform}
          />
        )}
        <ClientPanel writes={scene.writes} onPerform={perform} />
        <StoryList story={scene.story} />
      </div>
      <Announcer key={scenario} story={scene.story} />
    </div>
  );
}

interface PictureProps extends Pick<PlaygroundSceneProps, 'scene' | 'controls'> {
  readonly selected: number;
  readonly onSelect: (id: number) => void;
}

function Picture({ scene, controls, selected, onSelect }: PictureProps) {
  const isStill = useReducedMotion();
  const { perform } = controls;
  const toggleLink = useCallback(
    (a: number, b: number, isCut: boolean) => perform({ type: isCut ? 'mend' : 'cut', a, b }),
    [perform],
  );
  const drop = useCallback((message: number) => perform({ type: 'drop', message }), [perform]);
  return (
    <>
      <Ring
        nodes={scene.nodes}
        timers={scene.timers}
        cuts={scene.cuts}
        messages={scene.messages}
        configuration={scene.configuration}
        nowMs={scene.nowMs}
        isStill={isStill}
        selected={selected}
        onSelect={onSelect}
        onToggleLink={toggleLink}
        onDrop={drop}
      />
      <p className="mb-3 text-center text-xs text-muted">
        Voters: {configurationText(scene.configuration)}
      </p>
    </>
  );
}
