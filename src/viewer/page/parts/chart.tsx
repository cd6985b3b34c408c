import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { topOf, type Bar } from '../hours.js';
import { t } from '../texts.js';
import { wallTime } from '../time.js';

interface ChartProps {
  readonly bars: readonly Bar[];
  readonly zone: string;
  readonly onHover: (bar: Bar | undefined) => void;
  readonly onPick: (bar: Bar) => void;
}

const HEIGHT = 200;
const LEFT = 44;
const TOP = 10;
const BOTTOM = 24;
/** Pixels between two labels. */
const LABEL = 92;

/**
 * Entries over time, with those that failed; the same stands in a table, for whoever cannot see it. Drawn by hand: it follows the theme,
 * is sharp in print, and a library for it would be a third of the page.
 */
export function Chart({ bars, zone, onHover, onPick }: ChartProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [at, setAt] = useState<number>();
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const size = new ResizeObserver(() => setWidth(element.clientWidth));
    size.observe(element);
    return () => size.disconnect();
  }, []);

  const top = topOf(bars);
  const step = Math.max(0, width - LEFT) / Math.max(1, bars.length);
  const room = HEIGHT - TOP - BOTTOM;
  const tall = (count: number): number => (count === 0 ? 0 : Math.max(1.5, (count / top) * room));
  const bar = Math.max(1, Math.min(28, step * 0.72));
  const every = Math.max(1, Math.ceil(LABEL / Math.max(1, step)));
  const hover = (index: number | undefined): void => {
    setAt(index);
    onHover(index === undefined ? undefined : bars[index]);
  };
  const indexOf = (event: MouseEvent): number | undefined => {
    const index = Math.floor((event.clientX - (box.current?.getBoundingClientRect().left ?? 0) - LEFT) / step);
    return index >= 0 && index < bars.length ? index : undefined;
  };
  return (
    <div class="chart" ref={box}>
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={t.chart}
        onMouseMove={(event) => hover(indexOf(event))}
        onMouseLeave={() => hover(undefined)}
        onClick={(event) => {
          const picked = bars[indexOf(event) ?? -1];
          if (picked) onPick(picked);
        }}
      >
        {[0, 0.5, 1].map((part) => (
          <g key={part}>
            <line
              x1={LEFT}
              x2={width}
              y1={TOP + room * (1 - part) + 0.5}
              y2={TOP + room * (1 - part) + 0.5}
              class="grid"
            />
            <text x={LEFT - 10} y={TOP + room * (1 - part) + 4} class="label label-end">
              {(top * part).toLocaleString('en')}
            </text>
          </g>
        ))}
        {at !== undefined && <rect x={LEFT + at * step} y={TOP} width={step} height={room} class="hovered" />}
        {bars.map(({ at: start, count, failed }, index) => {
          const x = LEFT + index * step + (step - bar) / 2;
          return (
            <g key={start}>
              <rect
                x={x}
                y={TOP + room - tall(count)}
                width={bar}
                height={tall(count)}
                rx={Math.min(3, bar / 4)}
                class="all"
              />
              <rect
                x={x}
                y={TOP + room - tall(failed)}
                width={bar}
                height={tall(failed)}
                rx={Math.min(2, bar / 4)}
                class="failed"
              />
              {index % every === 0 && index * step < width - LEFT - LABEL / 2 && (
                <text x={x} y={HEIGHT - 6} class="label">
                  {labelOf(bars, index, every, zone)}
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </div>
  );
}

/** The date where it is another than the label before has, the time otherwise. */
function labelOf(bars: readonly Bar[], index: number, every: number, zone: string): string {
  const [before, wall] = [bars[index - every], bars[index]].map((each) => each && wallTime(each.at, zone));
  if (wall === undefined) return '';
  if (every * (Number(bars[1]?.at) - Number(bars[0]?.at)) >= 86_400_000) return wall.date.slice(5);
  return before?.date === wall.date ? wall.time.slice(0, 5) : `${wall.date.slice(5)} ${wall.time.slice(0, 5)}`;
}
