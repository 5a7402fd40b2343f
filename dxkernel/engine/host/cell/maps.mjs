/**
 * Source maps of a cell, composed: body → text the transformer printed → cell.
 * Made when first asked for: most cells never throw.
 */
import { TraceMap, traceSegment } from '@jridgewell/trace-mapping';
import { encode } from '@jridgewell/sourcemap-codec';

/** @typedef {{ version: 3, file?: string, sources: string[], sourcesContent: string[], names: string[], mappings: string }} SourceMap */
/**
 * @typedef {object} Lowered
 * @property {any} map the transformer's map, or null where the text is the cell's own
 * @property {number} shift what stood before the cell in the transformer's input, on its first line
 */

/** @param {import('magic-string').default} edited @param {Lowered} lowered @param {string} name @param {string} source @returns {SourceMap} */
export function composeMap(edited, lowered, name, source) {
  const { mappings } = edited.generateDecodedMap({ hires: 'boundary', source: name });
  const inner = lowered.map === null ? null : new TraceMap(lowered.map);
  const composed = mappings.map((line) => composeLine(/** @type {any} */ (line), inner, lowered.shift));
  return { version: 3, sources: [name], sourcesContent: [source], names: [], mappings: encode(composed) };
}

/** @param {[number, number, number, number][]} line @param {TraceMap | null} inner @param {number} shift @returns {any} */
function composeLine(line, inner, shift) {
  if (inner === null) return line.map((segment) => segment.slice(0, 4));
  /** @type {[number, number, number, number][]} */ const out = [];
  for (const [column, , middleLine, middleColumn] of line) {
    const found = /** @type {any} */ (traceSegment(inner, middleLine, middleColumn));
    if (!found || found.length < 4) continue;
    const original = Math.max(0, found[3] - (found[2] === 0 ? shift : 0));
    const last = out.at(-1);
    if (last && last[2] === found[2] && last[3] === original) continue;
    out.push([column, 0, found[2], original]);
  }
  return out;
}
