// A line plot of the last two minutes (uPlot), with bands of one standard deviation.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { live, type Point } from "../live";
import { isDark, onTheme } from "../theme";

export interface Line {
  label: string;
  tone: string;
  value: (point: Point) => number;
  spread?: (point: Point) => number;
}

const SHOWN = 120; // s
const ENDS = [0.1, 0.25, 0.5, 1]; // of the axis
const HEIGHT = 88; // px

export function Plot({ lines, label }: { lines: Line[]; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current as HTMLDivElement;
    let plot: uPlot | null = null;
    const make = () => {
      plot?.destroy();
      plot = new uPlot(options(lines, element.clientWidth), data(lines), element);
    };
    const stopTheme = onTheme(make);
    let due = 0;
    const stopWatch = live.watch(() => {
      const last = live.points[live.points.length - 1]?.at ?? 0;
      if (last === due) return;
      due = last;
      plot?.setData(data(lines));
    });
    const resized = new ResizeObserver(() =>
      plot?.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    resized.observe(element);
    return () => {
      stopTheme();
      stopWatch();
      resized.disconnect();
      plot?.destroy();
    };
  }, []);
  return <div ref={box} class="plot" role="img" aria-label={label} />;
}

function data(lines: Line[]): uPlot.AlignedData {
  const end = live.points[live.points.length - 1]?.at ?? 0;
  const points = live.points.filter((point) => point.at > end - SHOWN);
  const columns: number[][] = [points.map((point) => point.at)];
  for (const { value, spread } of lines) {
    columns.push(points.map(value));
    if (spread) {
      columns.push(points.map((point) => Math.min(1, value(point) + spread(point))));
      columns.push(points.map((point) => Math.max(-1, value(point) - spread(point))));
    }
  }
  return columns as uPlot.AlignedData;
}

/** The range of the axis around 0 that shows these values; its ends are written beside it. */
function around(low: number, high: number): [number, number] {
  const most = Math.max(Math.abs(low), Math.abs(high));
  const end = ENDS.find((one) => most <= one) ?? 1;
  return [-end, end];
}

function options(lines: Line[], width: number): uPlot.Options {
  const ink = isDark() ? "#a79fb5" : "#8a7763",
    grid = isDark() ? "#3a3444" : "#eadfce";
  const series: uPlot.Series[] = [{ label: "s" }];
  const bands: uPlot.Band[] = [];
  for (const { label, tone, spread } of lines) {
    series.push({ label, stroke: tone, width: 2, points: { show: false } });
    if (!spread) continue;
    bands.push({
      series: [series.length, series.length + 1],
      fill: tone + (isDark() ? "38" : "2b"),
    });
    series.push(
      { stroke: "transparent", width: 0, points: { show: false } },
      { stroke: "transparent", width: 0, points: { show: false } },
    );
  }
  const seconds = (value: number) =>
    value < 0 ? "" : `${Math.floor(value / 60)}:${String(Math.floor(value % 60)).padStart(2, "0")}`;
  return {
    width,
    height: HEIGHT,
    series,
    bands,
    legend: { show: false },
    cursor: { show: false },
    padding: [6, 16, 0, 0], // half of the last label's width
    scales: {
      x: { time: false, range: (_, low, high) => [Math.min(low, high - SHOWN), high] },
      y: { range: (_, low, high) => around(low, high) },
    },
    axes: [
      {
        stroke: ink,
        grid: { show: false },
        ticks: { show: false },
        size: 20,
        font: "11px system-ui",
        values: (_, ticks) => ticks.map(seconds),
        incrs: [30, 60],
      },
      {
        stroke: ink,
        grid: { stroke: grid, width: 1 },
        ticks: { show: false },
        size: 26,
        font: "11px system-ui",
        splits: (_, __, low, high) => [low, 0, high],
      },
    ],
  };
}
