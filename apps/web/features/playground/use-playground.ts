'use client';

import type { Command, PlaygroundView, ScenarioId } from '@fleetlm/raft/playground';
import { useCallback, useEffect, useMemo, useReducer, useRef } from 'react';
import type { Frame, PageMessage, SceneParts, WorkerMessage } from './simulation/protocol.ts';

export type Scene = SceneParts & Pick<PlaygroundView, 'nowMs' | 'timers'>;

export type PlaygroundState =
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly scene: Scene }
  /** Begin anew with `restart`. */
  | { readonly status: 'failed'; readonly detail: string };

const EMPTY: Scene = {
  nowMs: 0,
  nodes: [],
  timers: [],
  cuts: [],
  messages: [],
  writes: [],
  story: [],
  configuration: {
    voters: [],
    learners: [],
    votersOutgoing: [],
    learnersNext: [],
    autoLeave: false,
  },
  isOver: false,
  canUndo: false,
};

function reduce(state: PlaygroundState, action: WorkerMessage): PlaygroundState {
  switch (action.type) {
    case 'fault':
      return { status: 'failed', detail: action.detail };
    case 'frame':
      return { status: 'ready', scene: merged(state, action) };
    default:
      return action satisfies never;
  }
}

function merged(state: PlaygroundState, { nowMs, timers, parts }: Frame): Scene {
  return { ...(state.status === 'ready' ? state.scene : EMPTY), ...parts, nowMs, timers };
}

/** What the page can ask of the worker. */
export interface PlaygroundControls {
  readonly load: (scenario: ScenarioId) => void;
  /** With a new worker. */
  readonly restart: (scenario: ScenarioId) => void;
  readonly perform: (command: Command) => void;
  readonly play: (speed: number) => void;
  readonly pause: () => void;
  readonly undo: () => void;
}

/** A worker with the cluster in it, for as long as the page is there. */
export function usePlayground(first: ScenarioId): {
  readonly state: PlaygroundState;
  readonly controls: PlaygroundControls;
} {
  const [state, dispatch] = useReducer(reduce, { status: 'loading' });
  const worker = useRef<Worker | null>(null);
  const begin = useCallback((scenario: ScenarioId) => {
    worker.current?.terminate();
    worker.current = startWorker(dispatch);
    worker.current.postMessage({ type: 'load', scenario } satisfies PageMessage);
  }, []);
  const firstScenario = useRef(first);
  useEffect(() => {
    begin(firstScenario.current);
    return () => {
      worker.current?.terminate();
      worker.current = null;
    };
  }, [begin]);
  const controls = useMemo<PlaygroundControls>(() => {
    const send = (message: PageMessage): void => worker.current?.postMessage(message);
    return {
      load: (scenario) => send({ type: 'load', scenario }),
      restart: begin,
      perform: (command) => send({ type: 'do', command }),
      play: (speed) => send({ type: 'play', speed }),
      pause: () => send({ type: 'pause' }),
      undo: () => send({ type: 'undo' }),
    };
  }, [begin]);
  return { state, controls };
}

function startWorker(dispatch: (message: WorkerMessage) => void): Worker {
  const worker = new Worker(new URL('./simulation/playground.worker.ts', import.meta.url));
  worker.addEventListener('message', (event: MessageEvent<WorkerMessage>) => dispatch(event.data));
  worker.addEventListener('error', ({ message }) => {
    // Without a message when the file itself could not be loaded.
    dispatch({ type: 'fault', detail: message ?? 'its file could not be loaded' });
  });
  return worker;
}
