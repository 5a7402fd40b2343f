/** What is wrong with a file: diagnostics as values, and the SyntaxError that a program sees. */

import { bufferFrom, bufferToString, defineProperty, join, push, SafeSyntaxError } from './refs.cjs';

/** @import { Diagnostic } from './types.mjs' */

/** A file that is not what its name says produces thousands; a person reads the first few. */
const MAX_SHOWN = 10;

/**
 * Diagnostics from OXC's errors, in the order of the text.
 * @param {import('oxc-transform').OxcError[]} errors
 * @param {{ source: string, filename: string }} file
 * @returns {Diagnostic[]}
 */
export function diagnosticsOf(errors, { source, filename }) {
  const bytes = bufferFrom(source);
  return errors
    .filter((error) => error.severity === 'Error')
    .map((error) => {
      // OXC counts bytes of UTF-8 here. Of several labels the last is where it clashes with the earlier ones.
      const label = error.labels.at(-1) ?? { start: 0, end: 0 };
      const start = bufferToString(bytes, 'utf8', 0, label.start).length;
      const end = start + bufferToString(bytes, 'utf8', label.start, label.end).length;
      const help = error.helpMessage === null ? {} : { help: error.helpMessage };
      return { message: error.message, ...locate(source, filename, start, end), ...help };
    })
    .sort((one, other) => one.line - other.line || one.column - other.column);
}

/**
 * The place of an offset in UTF-16 units.
 * @param {string} source
 * @param {string} file
 * @param {number} start
 * @param {number} end
 */
export function locate(source, file, start, end) {
  const before = source.slice(0, start).split(/\r\n|[\n\r\u2028\u2029]/);
  const line = before.length;
  const column = (before.at(-1) ?? '').length + 1;
  const text = source.split(/\r\n|[\n\r\u2028\u2029]/, line)[line - 1] ?? '';
  const width = Math.max(1, Math.min(end - start, text.length - column + 1));
  const indent = text.slice(0, column - 1).replace(/[^\t]/g, ' ');
  return { file, line, column, frame: `${text}\n${indent}${'^'.repeat(width)}` };
}

/**
 * The SyntaxError for a rejected file. `diagnostics` on it has them all.
 * @param {Diagnostic[]} diagnostics at least one
 * @returns {SyntaxError & { diagnostics: Diagnostic[] }}
 */
export function syntaxErrorFor(diagnostics) {
  const shown = /** @type {string[]} */ ([]);
  for (let i = 0; i < diagnostics.length && i < MAX_SHOWN; i++) push(shown, describe(diagnostics[i]));
  if (diagnostics.length > MAX_SHOWN) push(shown, `and ${diagnostics.length - MAX_SHOWN} more`);
  const error = new SafeSyntaxError(join(shown, '\n\n')); // node-do-not-add-exception-line
  // The frames are the loader's. The one that matters is the place in the file.
  const { file, line, column } = /** @type {Diagnostic} */ (diagnostics[0]);
  const stack = `SyntaxError: ${error.message}\n    at ${file}:${line}:${column}`;
  defineProperty(error, 'stack', { value: stack, writable: true, configurable: true });
  defineProperty(error, 'diagnostics', { value: diagnostics, writable: true, configurable: true });
  return /** @type {any} */ (error);
}

/** @param {Diagnostic} diagnostic */
function describe({ file, line, column, message, frame, help }) {
  return `${file}:${line}:${column}: ${message}\n\n${frame}${help ? `\n\nhelp: ${help}` : ''}`;
}
