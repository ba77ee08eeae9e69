'use client';

import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { ChartData } from './chart-data.ts';
import { DASHES, readColours } from './series-looks.ts';

const HEIGHT = 132;
const AXIS_FONT = '11px ui-monospace, monospace';

export interface TimeChartProps {
  readonly data: ChartData;
  readonly label: string;
  /** Charts with the same key show the cursor at the same moment. */
  readonly syncKey: string;
  readonly format: (value: number) => string;
  /** The axis shows at least this much, so that noise does not look like a storm. */
  readonly atLeast: number;
  /** The place of the cursor; null: it is away. */
  readonly onCursor: (index: number | null) => void;
}

/** Lines over time, drawn on a canvas. What they say is in the legend beside it, as text. */
export function TimeChart({ data, label, syncKey, format, atLeast, onCursor }: TimeChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const latest = useRef({ data, format, atLeast, onCursor });
  latest.current = { data, format, atLeast, onCursor };
  const lineCount = data.lines.length;
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const draw = (): void => {
      chart.current?.destroy();
      chart.current = createChart(element, syncKey, lineCount, latest.current);
    };
    draw();
    const resized = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry?.contentRect.width ?? 0);
      if (width > 0 && width !== chart.current?.width)
        chart.current?.setSize({ width, height: HEIGHT });
    });
    resized.observe(element);
    const themed = new MutationObserver(draw);
    themed.observe(document.documentElement, { attributeFilter: ['class'] });
    return () => {
      resized.disconnect();
      themed.disconnect();
      chart.current?.destroy();
      chart.current = null;
    };
  }, [syncKey, lineCount]);
  const isInView = useIsInView(place);
  useEffect(() => {
    // What is out of sight is drawn when it is scrolled to; the legend says the values all the same.
    if (isInView) chart.current?.setData(aligned(data));
  }, [data, isInView]);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    const plot = chart.current;
    if (step === undefined || plot === null) return;
    event.preventDefault();
    const last = data.times.length - 1;
    const index = Math.min(last, Math.max(0, (plot.cursor.idx ?? last) + step));
    plot.setCursor({ left: plot.valToPos(data.times[index] ?? 0, 'x'), top: HEIGHT / 2 });
  };
  return (
    <div
      ref={place}
      role="img"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move the cursor of the chart
      tabIndex={0}
      onKeyDown={onKeyDown}
      onBlur={() => chart.current?.setCursor({ left: -10, top: -10 })}
      className="min-w-0 rounded-[4px]"
      style={{ height: HEIGHT }}
    />
  );
}

function useIsInView(place: RefObject<HTMLElement | null>): boolean {
  const [isInView, setIsInView] = useState(true);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const observer = new IntersectionObserver((entries) =>
      setIsInView(entries.at(-1)?.isIntersecting ?? true),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [place]);
  return isInView;
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  PageUp: -60,
  PageDown: 60,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

type Latest = Pick<TimeChartProps, 'data' | 'format' | 'atLeast' | 'onCursor'>;

function createChart(
  element: HTMLElement,
  syncKey: string,
  lineCount: number,
  latest: Latest,
): uPlot {
  const { series, text, grid } = readColours();
  const axis: uPlot.Axis = {
    stroke: text,
    font: AXIS_FONT,
    grid: { stroke: grid, width: 1 },
    ticks: { show: false },
  };
  return new uPlot(
    {
      width: Math.max(1, element.clientWidth),
      height: HEIGHT,
      legend: { show: false },
      padding: [10, 20, 0, 0],
      cursor: {
        sync: { key: syncKey },
        y: false,
        drag: { x: false, y: false },
        points: { size: 5 },
      },
      scales: {
        x: { time: true },
        y: {
          range: (_plot, _low, high) => [0, Math.max(latest.atLeast, (high ?? 0) * 1.1)],
        },
      },
      axes: [
        { ...axis, size: 22, space: 90, values: (_plot, times) => times.map(clock) },
        {
          ...axis,
          size: 52,
          space: 34,
          values: (_plot, values) => values.map((value) => latest.format(value)),
        },
      ],
      series: [
        {},
        ...Array.from({ length: lineCount }, (_, index) => ({
          stroke: series[index % series.length] ?? text,
          width: 1.5,
          dash: [...(DASHES[index % DASHES.length] ?? [])],
          points: { show: false },
        })),
      ],
      hooks: { setCursor: [(plot) => latest.onCursor(plot.cursor.idx ?? null)] },
    },
    aligned(latest.data),
    element,
  );
}

function aligned({ times, lines }: ChartData): uPlot.AlignedData {
  return [[...times], ...lines.map(({ values }) => [...values])];
}

function clock(seconds: number): string {
  const date = new Date(seconds * 1_000);
  const digits = (value: number) => String(value).padStart(2, '0');
  return `${digits(date.getHours())}:${digits(date.getMinutes())}`;
}
