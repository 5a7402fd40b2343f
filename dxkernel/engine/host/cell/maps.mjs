/**
 * Source maps of a cell, composed: body → text the transformer printed → cell.
 * Made when first asked for: most cells never throw.
 */
import { createRequire } from 'node:module';
import { encode } from '@jridgewell/sourcemap-codec';

const require = createRequire(import.meta.url);

/** @typedef {import('@jridgewell/trace-mapping').TraceMap} TraceMap */
/** @typedef {{ version: 3, file?: string, sources: string[], sourcesContent: string[], names: string[], mappings: string }} SourceMap */
/**
 * @typedef {object} Lowered
 * @property {any[]} maps the transformers' maps, the last one's first; empty where the text is the cell's own
 * @property {number} shift what stood before the cell in the transformer's input, on its first line
 */

/**
 * `marker` is what the rewriter puts before expressions; V8 reports some errors there, and they belong to what follows.
 * @param {import('magic-string').default} edited @param {string} marker @param {Lowered} lowered @param {string} name @param {string} source @returns {SourceMap}
 */
export function composeMap(edited, marker, lowered, name, source) {
  const { mappings } = edited.generateDecodedMap({ hires: 'boundary', source: name });
  markInsertions(/** @type {any} */ (mappings), edited.toString().split('\n'), marker);
  const inner = lowered.maps.length === 0 ? [] : traceMaps(lowered.maps);
  const composed = mappings.map((line) => (inner.length === 0 ? line.map((segment) => segment.slice(0, 4)) : composeLine(/** @type {any} */ (line), inner, lowered.shift)));
  return { version: 3, sources: [name], sourcesContent: [source], names: [], mappings: encode(/** @type {any} */ (composed)) };
}

/** Loaded with the first map of a cell that was lowered. @returns {typeof import('@jridgewell/trace-mapping')} */
const library = () => require('@jridgewell/trace-mapping');

/** @param {any[]} maps */
function traceMaps(maps) {
  const { TraceMap } = library();
  return maps.map((map) => new TraceMap(map));
}

/** @param {[number, number, number, number][]} line @param {TraceMap[]} inner @param {number} shift */
function composeLine(line, inner, shift) {
  /** @type {[number, number, number, number][]} */ const out = [];
  for (const [column, , middleLine, middleColumn] of line) {
    const found = traceThrough(inner, middleLine, middleColumn);
    if (found === null) continue;
    const original = Math.max(0, found.column - (found.line === 0 ? shift : 0));
    const last = out.at(-1);
    if (last && last[2] === found.line && last[3] === original) continue;
    out.push([column, 0, found.line, original]);
  }
  return out;
}

/** @param {TraceMap[]} maps @param {number} line @param {number} column */
function traceThrough(maps, line, column) {
  for (const map of maps) {
    const found = library().traceSegment(map, line, column);
    if (found === null || found.length < 4) return null;
    [, , line, column] = /** @type {[number, number, number, number]} */ (found);
  }
  return { line, column };
}

/** @param {[number, number, number, number][][]} mappings @param {string[]} lines @param {string} marker */
function markInsertions(mappings, lines, marker) {
  lines.forEach((line, index) => {
    const segments = mappings[index];
    if (segments === undefined) return;
    for (let at = line.indexOf(marker); at >= 0; at = line.indexOf(marker, at + 1)) {
      const next = segments.findIndex(([column]) => column >= at);
      if (next >= 0 && segments[next][0] > at) segments.splice(next, 0, [at, 0, segments[next][2], segments[next][3]]);
    }
  });
}
