'use client';

import { useEffect, useState } from 'react';
import type { PlaygroundControls } from './use-playground.ts';

const SPEED_FIRST = 0.1;

/** Whether time passes, and how fast. It is paused while the page is hidden. */
export function useTransport({ play, pause }: PlaygroundControls, isOver: boolean) {
  const [wantsToPlay, setWantsToPlay] = useState(false);
  const [speed, setSpeed] = useState(SPEED_FIRST);
  const isPlaying = wantsToPlay && !isOver;
  useEffect(() => {
    const follow = (): void => {
      if (isPlaying && document.visibilityState === 'visible') play(speed);
      else pause();
    };
    follow();
    document.addEventListener('visibilitychange', follow);
    return () => document.removeEventListener('visibilitychange', follow);
  }, [isPlaying, speed, play, pause]);
  return {
    isPlaying,
    speed,
    setSpeed,
    play: () => setWantsToPlay(true),
    pause: () => setWantsToPlay(false),
  };
}
