/** A curve of shares (0 to 1) with their intervals, and what is foretold dashed. Drawn without a library: a few points. */
import { useElementSize } from "@mantine/hooks";
import { useId } from "react";

import { doublingScale, roundScale } from "@/shapes/scale";

import classes from "./CurveChart.module.css";
import { percent } from "./words";

export interface CurvePoint {
  /** Along the bottom. */
  x: number;
  value: number;
  /** Ends of the 95 % interval; left out where there is none. */
  low?: number;
  high?: number;
  /** What the point is, for whoever looks or listens closer. */
  words: string;
}

const HEIGHT = 200;
const LEFT = 44;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 28;

const path = (points: readonly (readonly [number, number])[]): string =>
  points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

/** Decimals that tell neighbouring numbers of the axis apart. */
const digitsFor = (ticks: readonly number[]): number => {
  const [first = 0, second = 1] = ticks;
  return second - first < 0.0099 ? 1 : 0;
};

export const CurveChart = ({
  title,
  xWords,
  points,
  later = [],
  doubling = false,
}: {
  /** What the chart shows, in a sentence. */
  title: string;
  /** What is along the bottom. */
  xWords: string;
  points: readonly CurvePoint[];
  /** Continues the curve where nothing was measured yet. */
  later?: readonly CurvePoint[];
  /** Whether every doubling along the bottom takes the same room. */
  doubling?: boolean;
}) => {
  const titleId = useId();
  const { ref, width } = useElementSize();
  const all = [...points, ...later];
  const lows = all.map(({ value, low }) => low ?? value);
  const highs = all.map(({ value, high }) => high ?? value);
  const xs = all.map(({ x }) => x);
  const scaleOf = doubling ? doublingScale : roundScale;
  const across = scaleOf(Math.min(...xs), Math.max(...xs), LEFT + 8, Math.max(width - RIGHT, LEFT + 9));
  const up = roundScale(Math.min(...lows), Math.min(1, Math.max(...highs)), HEIGHT - BOTTOM, TOP);
  const at = ({ x, value }: CurvePoint) => [across.at(x), up.at(value)] as const;
  const banded = points.filter(({ low, high }) => low !== undefined && high !== undefined);
  const band = [
    ...banded.map(({ x, value, high = value }) => [across.at(x), up.at(high)] as const),
    ...banded.toReversed().map(({ x, value, low = value }) => [across.at(x), up.at(low)] as const),
  ];
  const last = points.at(-1);
  const digits = digitsFor(up.ticks);
  return (
    <div ref={ref} className={classes.chart}>
      <svg width={width} height={HEIGHT} role="img" aria-labelledby={titleId}>
        <title id={titleId}>{`${title} ${all.map(({ words }) => words).join("; ")}`}</title>
        {up.ticks.map((tick) => (
          <g key={tick}>
            <line className={classes.grid} x1={LEFT} x2={width - RIGHT} y1={up.at(tick)} y2={up.at(tick)} />
            <text className={classes.tick} x={LEFT - 8} y={up.at(tick) + 4} textAnchor="end">
              {percent(tick, digits)}
            </text>
          </g>
        ))}
        {across.ticks.filter(Number.isInteger).map((tick) => (
          <text key={tick} className={classes.tick} x={across.at(tick)} y={HEIGHT - 10} textAnchor="middle">
            {tick.toLocaleString("en")}
          </text>
        ))}
        <text className={classes.tick} x={width - RIGHT} y={HEIGHT - BOTTOM - 6} textAnchor="end">
          {xWords}
        </text>
        {banded.length > 1 && <path className={classes.band} d={`${path(band)}Z`} />}
        {last !== undefined && later.length > 0 && (
          <path className={classes.later} d={path([last, ...later].map(at))} />
        )}
        <path className={classes.line} d={path(points.map(at))} />
        {points.map((point) => {
          const [x, y] = at(point);
          const { low, high } = point;
          return (
            <g key={`${point.x} ${point.words}`} className={classes.point}>
              <title>{point.words}</title>
              {banded.length <= 1 && low !== undefined && high !== undefined && (
                <line className={classes.whisker} x1={x} x2={x} y1={up.at(low)} y2={up.at(high)} />
              )}
              <circle cx={x} cy={y} r="3.5" />
            </g>
          );
        })}
        {later.map((point) => {
          const [x, y] = at(point);
          return (
            <g key={`${point.x} ${point.words}`} className={classes.foretold}>
              <title>{point.words}</title>
              <circle cx={x} cy={y} r="3.5" />
            </g>
          );
        })}
      </svg>
    </div>
  );
};
