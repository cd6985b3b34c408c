import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { Bar } from '../hours.js';
import { t } from '../texts.js';
import { wallTime } from '../time.js';

interface ChartProps {
  readonly bars: readonly Bar[];
  readonly zone: string;
  readonly onHover: (bar: Bar | undefined) => void;
  readonly onPick: (bar: Bar) => void;
}

const HEIGHT = 200;

/** Entries over time, with those that failed; the same stands in a table, for whoever cannot see it. */
export function Chart({ bars, zone, onHover, onPick }: ChartProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const acts = useRef({ onHover, onPick, bars });
  acts.current = { onHover, onPick, bars };

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    let plot: uPlot | undefined;
    const draw = (): void => {
      plot?.destroy();
      plot = new uPlot(optionsOf(element, zone, acts), dataOf(acts.current.bars), element);
    };
    draw();
    const size = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height: HEIGHT }));
    size.observe(element);
    // A canvas does not follow the theme by itself.
    const theme = new MutationObserver(draw);
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    return () => {
      size.disconnect();
      theme.disconnect();
      scheme.removeEventListener('change', draw);
      plot?.destroy();
    };
  }, [bars, zone]);

  return <div class="chart" ref={box} role="img" aria-label={t.chart} />;
}

function dataOf(bars: readonly Bar[]): uPlot.AlignedData {
  return [bars.map(({ at }) => at / 1000), bars.map(({ count }) => count), bars.map(({ failed }) => failed)];
}

type Acts = { readonly current: { readonly bars: readonly Bar[] } & Pick<ChartProps, 'onHover' | 'onPick'> };

function optionsOf(element: HTMLElement, zone: string, acts: Acts): uPlot.Options {
  const [text, line, accent, bad] = ['--text-dim', '--line', '--accent', '--bad'].map((name) =>
    colourOf(element, name),
  );
  const paths = uPlot.paths.bars?.({ size: [0.72, 28], radius: 0.15, align: 1 });
  const axis = { stroke: text ?? '', font: `11px ${getComputedStyle(element).fontFamily}`, ticks: { show: false } };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [12, 8, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: false, y: false },
      bind: {
        click: (plot, _target, handler) => (event) => {
          const bar = acts.current.bars[plot.cursor.idx ?? -1];
          if (bar) acts.current.onPick(bar);
          return handler(event);
        },
      },
    },
    scales: { y: { range: (_plot, _least, most) => [0, Math.max(4, most * 1.05)] } },
    axes: [
      { ...axis, grid: { show: false }, gap: 8, space: 90, values: (_plot, at) => labelsOf(at, zone) },
      {
        ...axis,
        grid: { stroke: line ?? '', width: 1 },
        size: 48,
        gap: 8,
        values: (_plot, counts) => counts.map((n) => n.toLocaleString('en')),
      },
    ],
    series: [
      {},
      { ...(paths && { paths }), fill: accent ?? '', width: 0, points: { show: false } },
      { ...(paths && { paths }), fill: bad ?? '', width: 0, points: { show: false } },
    ],
    hooks: { setCursor: [(plot) => acts.current.onHover(acts.current.bars[plot.cursor.idx ?? -1])] },
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), zone),
  };
}

/** Days where labels are further apart than a day, hours otherwise, with the date where it changes. */
function labelsOf(at: readonly number[], zone: string): string[] {
  let date = '';
  const step = (at[1] ?? 0) - (at[0] ?? 0);
  return at.map((seconds) => {
    const wall = wallTime(seconds * 1000, zone);
    if (wall === undefined) return '';
    const isNew = wall.date !== date;
    date = wall.date;
    return step >= 86_400
      ? wall.date.slice(5)
      : isNew
        ? `${wall.date.slice(5)} ${wall.time.slice(0, 5)}`
        : wall.time.slice(0, 5);
  });
}

/** As the theme has it at the moment; a canvas does not know `light-dark()`. */
function colourOf(element: HTMLElement, name: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
