'use client';

import { Pause, Play, RotateCcw, StepForward, Undo2 } from 'lucide-react';
import { Button } from '@/ui/button.tsx';

/** Virtual time per second of the world, and its name. */
export const SPEEDS = [
  { speed: 0.02, label: '50× slower' },
  { speed: 0.05, label: '20× slower' },
  { speed: 0.1, label: '10× slower' },
  { speed: 0.25, label: '4× slower' },
  { speed: 1, label: 'real time' },
] as const;

export interface TransportBarProps {
  readonly nowMs: number;
  readonly isPlaying: boolean;
  readonly isOver: boolean;
  readonly canUndo: boolean;
  readonly speed: number;
  readonly onPlay: () => void;
  readonly onPause: () => void;
  readonly onStep: () => void;
  readonly onUndo: () => void;
  readonly onReset: () => void;
  readonly onSpeed: (speed: number) => void;
}

/** Time: let it pass, slowly or one event at a time, and take it back. */
export function TransportBar(props: TransportBarProps) {
  const { nowMs, isPlaying, isOver, canUndo, speed } = props;
  return (
    <div
      role="toolbar"
      aria-label="Time"
      className="flex flex-wrap items-center justify-center gap-1.5"
    >
      <Button
        variant="primary"
        disabled={isOver}
        onClick={isPlaying ? props.onPause : props.onPlay}
        className="w-24"
      >
        {isPlaying ? <Pause size={16} aria-hidden /> : <Play size={16} aria-hidden />}
        {isPlaying ? 'Pause' : 'Play'}
      </Button>
      <Button disabled={isOver} onClick={props.onStep}>
        <StepForward size={16} aria-hidden />
        Step
      </Button>
      <Button disabled={!canUndo} onClick={props.onUndo}>
        <Undo2 size={16} aria-hidden />
        Undo
      </Button>
      <Button variant="ghost" onClick={props.onReset}>
        <RotateCcw size={16} aria-hidden />
        Start over
      </Button>
      <select
        aria-label="Speed"
        value={speed}
        onChange={(event) => props.onSpeed(Number(event.target.value))}
        className="h-9 rounded-md border border-strong bg-surface px-2 text-text"
      >
        {SPEEDS.map((choice) => (
          <option key={choice.speed} value={choice.speed}>
            {choice.label}
          </option>
        ))}
      </select>
      <span className="tabular min-w-20 text-right text-muted">
        <span className="sr-only">Virtual time </span>
        {(nowMs / 1_000).toFixed(2)} s
      </span>
    </div>
  );
}
