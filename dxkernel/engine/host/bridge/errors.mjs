/**
 * From what was thrown to what a person reads: stack text taken apart, positions mapped to what the user wrote.
 *
 * The structured form is `ErrorValue` of `engine/events.py`, with snake_case left to Python.
 */

import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Tracer } from './tracing.mjs';

/** @typedef {import('../runtime/errors.mjs').RawError} RawError */
/** @typedef {{ function: string, file: string, line: number, column: number, internal: boolean, source: string | null }} Frame */
/** @typedef {{ name: string, message: string, frames: Frame[], details: string, cause: ErrorValue | null, errors: ErrorValue[] }} ErrorValue */

// A deep recursion has ten thousand equal frames, and nobody reads past a screen.
const MAX_FRAMES = 50;
const MAX_SOURCE_FILE = 2_000_000;
const MAX_SOURCE_LINE = 400;

const hostFolder = new URL('..', import.meta.url).href;
const hostPath = fileURLToPath(hostFolder);

/**
 * @param {RawError} raw
 * @param {import('./cells.mjs').CellStore} cells
 * @returns {Promise<ErrorValue>}
 */
export async function structureError(raw, cells) {
  const tracer = await Tracer.load();
  const map = (/** @type {Frame} */ frame) => mapFrame(frame, cells, tracer);
  return structure(raw, map, cells);
}

/** @param {RawError} raw @param {(frame: Frame) => Frame} map @param {import('./cells.mjs').CellStore} cells @returns {ErrorValue} */
function structure(raw, map, cells) {
  const frames = parseStack(raw).slice(0, MAX_FRAMES).map(map).map((frame) => withSource(frame, cells));
  return {
    name: raw.name,
    message: raw.message,
    frames,
    details: extraDetails(raw),
    cause: raw.cause ? structure(raw.cause, map, cells) : null,
    errors: (raw.errors ?? []).map((child) => structure(child, map, cells)),
  };
}

/** Node's rendering of an error starts with its stack; what follows is the own properties. @param {RawError} raw */
function extraDetails({ details, stack, isError }) {
  if (!isError || !details) return '';
  const rest = details.startsWith(stack) ? details.slice(stack.length) : '';
  // The cause is structured already.
  return rest.trim().startsWith('{') && !rest.includes('[cause]') ? rest.trim() : '';
}

const FRAME = /^ {4}at (?:(async )?(.+?) \((.+)\)|(async )?(.+))$/;
const LOCATION = /^(.*?):(\d+)(?::(\d+))?$/;

/** @param {RawError} raw @returns {Frame[]} */
export function parseStack({ name, message, stack }) {
  // The message may itself look like frames; it is cut off where it stands in the stack.
  const header = `${name}: ${message}`;
  const at = message === '' ? -1 : stack.indexOf(message);
  const text = stack.startsWith(header) ? stack.slice(header.length) : at >= 0 ? stack.slice(at + message.length) : stack;
  const frames = text.split('\n').map(parseFrame).filter((frame) => frame !== undefined);
  return name === 'SyntaxError' ? [...syntaxFrame(stack), ...frames] : frames;
}

/** V8 puts the place of a SyntaxError before the message: `file:line`, the line, carets. @param {string} stack @returns {Frame[]} */
function syntaxFrame(stack) {
  const [first, , carets] = stack.split('\n', 3);
  const match = /^(.+):(\d+)$/.exec(first);
  if (!match || !/^\s*\^+\s*$/.test(carets ?? '')) return [];
  return [{ function: '', file: match[1], line: Number(match[2]), column: carets.indexOf('^') + 1, internal: false, source: null }];
}

/** @param {string} line @returns {Frame | undefined} */
function parseFrame(line) {
  const match = FRAME.exec(line);
  if (!match) return undefined;
  const name = match[2] ?? '';
  const place = LOCATION.exec(match[3] ?? match[5]);
  const file = place ? place[1] : (match[3] ?? match[5]);
  return {
    function: match[1] ?? match[4] ? `async ${name}`.trimEnd() : name,
    file,
    line: place ? Number(place[2]) : 0,
    column: place ? Number(place[3] ?? 0) : 0,
    internal: isInternal(file),
    source: null,
  };
}

/** @param {string} file */
function isInternal(file) {
  return file.startsWith('node:') || file.startsWith(hostFolder) || file.startsWith(hostPath) || file === 'native' || file === '<anonymous>' || /^index \d+$/.test(file);
}

/**
 * @param {Frame} frame
 * @param {import('./cells.mjs').CellStore} cells
 * @param {Tracer} tracer
 * @returns {Frame}
 */
function mapFrame(frame, cells, tracer) {
  if (frame.file.startsWith('file://')) return { ...frame, file: safePath(frame.file) };
  const known = cells.get(frame.file);
  if (known === undefined || frame.line === 0) return frame;
  return { ...frame, ...tracer.original(known, frame.line, frame.column) };
}

/** @param {string} url */
function safePath(url) {
  try {
    return fileURLToPath(url);
  } catch {
    return url;
  }
}

/** @param {Frame} frame @param {import('./cells.mjs').CellStore} cells @returns {Frame} */
function withSource(frame, cells) {
  if (frame.line === 0 || frame.internal) return frame;
  const text = cells.get(frame.file)?.source ?? fileText(frame.file);
  const source = text?.split('\n', frame.line)[frame.line - 1];
  return source === undefined ? frame : { ...frame, source: source.slice(0, MAX_SOURCE_LINE) };
}

/** @param {string} path */
function fileText(path) {
  try {
    return path.startsWith('/') && statSync(path).size <= MAX_SOURCE_FILE ? readFileSync(path, 'utf8') : undefined;
  } catch {
    // Gone or not ours to read: the frame is shown without its line.
    return undefined;
  }
}

/**
 * The error of a cell that could not be parsed: the first diagnostic, with the others as its `errors`.
 * @param {{ message: string, line: number, column: number, hint?: string }[]} diagnostics
 * @param {string} name
 * @param {string} source
 * @returns {ErrorValue}
 */
export function errorFromDiagnostics(diagnostics, name, source) {
  const lines = source.split('\n');
  const [first, ...rest] = diagnostics.map(({ message, line, column, hint }) => ({
    name: 'SyntaxError',
    message: hint ? `${message} (${hint})` : message,
    frames: [{ function: '', file: name, line, column, internal: false, source: lines[line - 1]?.slice(0, MAX_SOURCE_LINE) ?? null }],
    details: '',
    cause: null,
    errors: /** @type {ErrorValue[]} */ ([]),
  }));
  return { ...first, errors: rest };
}

/** An error of the bridge's own making, without a place in the user's code. @param {Error} error @returns {ErrorValue} */
export function plainError({ name, message }) {
  return { name, message, frames: [], details: '', cause: null, errors: [] };
}
