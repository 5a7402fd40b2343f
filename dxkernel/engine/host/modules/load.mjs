/** Loads one TypeScript or JSX file for Node: reads it, has it transformed, attaches the source map. */

import { readFileSync } from 'node:fs';
import * as module from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath, URL } from 'node:url';

import { syntaxErrorFor } from './diagnostics.mjs';
import { packageType } from './files.mjs';
import { bufferFrom, bufferToString, codeAt, endsWith, jsonStringify, slice } from './refs.cjs';
import { tsconfigFor } from './tsconfig.mjs';

/** @import { RawMap, TransformRequest, Transformed, Transform, Virtual } from './types.mjs' */

/** Node loads an entry point twice when it turns out to be an ES module; the second time costs nothing. */
/** @type {{ url: string, source: string, result: Transformed } | undefined} */
let last;
let mapsEnabled = false;

/**
 * The JavaScript of the file at a URL. Throws Node's own error if it cannot be read, a SyntaxError if it cannot be
 * parsed.
 * @param {string} url
 * @param {Virtual | undefined} virtual
 * @param {Transform} transform
 */
export function load(url, virtual, transform) {
  const path = fileURLToPath(new URL(url));
  const source = virtual?.source ?? withoutBom(readFileSync(path, 'utf8'));
  enableMaps();
  const cached = last?.url === url && last.source === source ? last.result : undefined;
  const result = cached ?? transformed(requestFor(path, url, source, virtual), transform);
  last = { url, source, result };
  return { format: result.format, source: result.code + inline(result.map), map: result.map };
}

/**
 * @param {TransformRequest} request
 * @param {Transform} transform
 */
function transformed(request, transform) {
  const result = transform(request);
  if (!result.ok) throw syntaxErrorFor(result.diagnostics); // node-do-not-add-exception-line
  return result;
}

/**
 * @param {string} path
 * @param {string} url
 * @param {string} source
 * @param {Virtual | undefined} virtual
 * @returns {TransformRequest}
 */
function requestFor(path, url, source, virtual) {
  const directory = dirname(path);
  return {
    filename: virtual?.filename ?? path,
    sourceUrl: url,
    source,
    lang: endsWith(path, '.tsx') ? 'tsx' : endsWith(path, '.jsx') ? 'jsx' : 'ts',
    format: endsWith(path, '.mts') ? 'module' : endsWith(path, '.cts') ? 'commonjs' : packageType(directory),
    options: tsconfigFor(directory).options,
  };
}

/**
 * Node maps stack traces only if told to, and reads maps only when a trace is asked for: 0.1 ms for the switch. Not
 * for programs without TypeScript, whose traces stay what Node makes them.
 */
function enableMaps() {
  if (mapsEnabled) return;
  mapsEnabled = true;
  const { nodeModules = false, enabled = false } = module.getSourceMapsSupport();
  if (!enabled) module.setSourceMapsSupport(true, { nodeModules });
}

/** @param {RawMap} map */
function inline(map) {
  const text = bufferToString(bufferFrom(jsonStringify(map)), 'base64');
  return `\n//# sourceMappingURL=data:application/json;base64,${text}\n`;
}

/** @param {string} text */
function withoutBom(text) {
  return codeAt(text, 0) === 0xfeff ? slice(text, 1) : text;
}
