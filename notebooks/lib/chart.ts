/** Two charts, drawn by hand as SVG text. Their greys are readable on a light page and on a dark one. */

import { scaleBand, scaleLinear } from 'd3-scale';
import { area, curveMonotoneX, line } from 'd3-shape';

export interface Size {
  width: number;
  height: number;
}

export interface BandChart<Item> extends Partial<Size> {
  title: string;
  items: readonly Item[];
  label: (item: Item) => string;
  low: (item: Item) => number;
  high: (item: Item) => number;
  unit: string;
}

export interface BarChart<Kind extends string> extends Partial<Size> {
  title: string;
  bars: readonly { label: string; parts: Readonly<Record<Kind, number>> }[];
  colors: Readonly<Record<Kind, string>>;
  unit: string;
}

const INK = '#767d89';
const MARGIN = { top: 46, right: 16, bottom: 28, left: 44 };

/** A band between two curves: the range of something over a few steps. */
export function bandChart<Item>(chart: BandChart<Item>): string {
  const { items, low, high, unit } = chart;
  const { width, height } = { width: 720, height: 300, ...chart };
  const x = scaleBand<number>(items.keys(), [MARGIN.left, width - MARGIN.right]);
  const y = scaleLinear([Math.min(0, ...items.map(low)), Math.max(...items.map(high))], range(height)).nice(6);
  const middle = (index: number): number => (x(index) ?? 0) + x.bandwidth() / 2;
  const across = [...items.keys()];
  const band = area<number>(middle, (i) => y(low(items[i]!)), (i) => y(high(items[i]!))).curve(curveMonotoneX);
  const curve = (value: (item: Item) => number) =>
    line<number>(middle, (i) => y(value(items[i]!))).curve(curveMonotoneX)(across);
  const dots = (value: (item: Item) => number, color: string): string =>
    across.map((i) => `<circle cx="${middle(i)}" cy="${n(y(value(items[i]!)))}" r="3" fill="${color}"/>`).join('');
  return svg(width, height, [
    '<defs><linearGradient id="warmth" x2="0" y2="1"><stop stop-color="#f2793b"/><stop offset="1" stop-color="#3b8ff2"/></linearGradient></defs>',
    heading(chart.title),
    grid(y, width, unit),
    `<path d="${band(across)}" fill="url(#warmth)" opacity=".28"/>`,
    `<path d="${curve(high)}" fill="none" stroke="#f2793b" stroke-width="2"/>${dots(high, '#f2793b')}`,
    `<path d="${curve(low)}" fill="none" stroke="#3b8ff2" stroke-width="2"/>${dots(low, '#3b8ff2')}`,
    ...across.map((i) => text(middle(i), height - 8, chart.label(items[i]!), 'middle')),
  ]);
}

/** Stacked bars: what a whole is made of, step by step. */
export function barChart<Kind extends string>(chart: BarChart<Kind>): string {
  const { bars, colors, unit } = chart;
  const { width, height } = { width: 720, height: 300, ...chart };
  const kinds = Object.keys(colors) as Kind[];
  const total = (parts: Readonly<Record<Kind, number>>): number => kinds.reduce((sum, kind) => sum + parts[kind], 0);
  const x = scaleBand<number>(bars.keys(), [MARGIN.left, width - MARGIN.right]).padding(0.22);
  const y = scaleLinear([0, Math.max(...bars.map((bar) => total(bar.parts)))], range(height));
  const columns = bars.flatMap(({ label, parts }, i) => {
    let below = 0;
    return kinds.map((kind) => {
      const [bottom, top] = [y(below), y((below += parts[kind]))];
      const box = `x="${n(x(i) ?? 0)}" y="${n(top)}" width="${n(x.bandwidth())}" height="${n(bottom - top)}"`;
      return `<rect ${box} fill="${colors[kind]}"><title>${escape(label)}, ${kind}: ${n(parts[kind])} ${unit}</title></rect>`;
    });
  });
  const legend = kinds.map((kind, i) => {
    const at = width - MARGIN.right - (kinds.length - i) * 74;
    return `<rect x="${at}" y="17" width="11" height="11" rx="2" fill="${colors[kind]}"/>${text(at + 16, 27, kind)}`;
  });
  const labels = bars.map((bar, i) => text((x(i) ?? 0) + x.bandwidth() / 2, height - 8, bar.label, 'middle'));
  return svg(width, height, [heading(chart.title), ...legend, grid(y, width, ''), ...columns, ...labels]);
}

const range = (height: number): [number, number] => [height - MARGIN.bottom, MARGIN.top];

function grid(y: ReturnType<typeof scaleLinear<number, number>>, width: number, unit: string): string {
  const lines = y.ticks(6).map((tick) => {
    const at = n(y(tick));
    const rule = `<path d="M${MARGIN.left} ${at}H${width - MARGIN.right}" stroke="${INK}" opacity="${tick === 0 ? 0.8 : 0.22}"/>`;
    return rule + text(MARGIN.left - 8, y(tick) + 4, `${tick}${unit}`, 'end');
  });
  return lines.join('');
}

function svg(width: number, height: number, parts: readonly string[]): string {
  const frame = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" style="max-width:100%;height:auto"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${frame} font-family="system-ui, sans-serif" font-size="12">${parts.join('')}</svg>`;
}

const heading = (title: string): string =>
  `<text x="${MARGIN.left}" y="27" font-size="15" font-weight="600" fill="${INK}">${escape(title)}</text>`;

const text = (x: number, y: number, words: string, anchor: 'start' | 'middle' | 'end' = 'start'): string =>
  `<text x="${n(x)}" y="${n(y)}" text-anchor="${anchor}" fill="${INK}">${escape(words)}</text>`;

/** A number with at most one decimal, as it should stand in the SVG. */
const n = (value: number): string => String(Math.round(value * 10) / 10);

const escape = (words: string): string => words.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
