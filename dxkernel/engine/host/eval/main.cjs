/**
 * `dx eval CODE`: one cell, in this process and nothing around it.
 *
 * The promise of a cell gets no reject handler: a failure is an uncaught error of Node's, with exit code 1.
 * CommonJS, and small, because it is on the path of every start.
 */
'use strict';

const { createRequire } = require('node:module');
const { join } = require('node:path');
const { Script } = require('node:vm');

const { exec } = require('../modules/refs.cjs');

/** @import { Cell } from './cell.mjs' */

const NAME = '[eval]';
/** As Node's for a program whose top-level await never settles. */
const UNSETTLED_EXIT_CODE = 13;
/** Longer text is parsed once, not twice before. */
const MAX_PLAIN_LENGTH = 10_000;
/**
 * Where JavaScript and TypeScript read the same text differently (`f<T>(x)` is two comparisons in JavaScript), and what
 * in an expression is not simply evaluated: declarations that look like one, and what belongs to the function around it.
 */
const NOT_PLAIN = /<|\b(?:function|class|arguments|import|super)\b|^\s*(?:async|let)\b|^\s*-->/;

const [node, , code = '', ...args] = process.argv;
process.argv = [/** @type {string} */ (node), NAME, ...args];
if (code === '-') readStdin().then(run);
else run(code);

/** @param {string} source */
function run(source) {
  const cell = plainExpression(source) ?? transformed(source);
  if (cell === undefined) return;
  const { stdout, stderr } = process;
  let settled = false;
  process.on('exit', (exitCode) => {
    if (settled || exitCode !== 0) return;
    process.exitCode = UNSETTLED_EXIT_CODE;
    stderr.write('Warning: Detected unsettled top-level await\n');
  });
  // From an empty stack, so that the stack of an error is the cell's own.
  Promise.resolve().then(cell).then(({ v: value }) => {
    settled = true;
    if (value !== undefined) stdout.write(`${show(value)}\n`);
  });
}

/**
 * The cell, if it is one expression of plain JavaScript: then there is nothing to declare and nothing to rewrite, and our
 * parsers, which take as long to load as Node itself, have nothing to say. V8 is the parser: the text must compile as
 * statements, and as an expression between parentheses. Nothing runs for that.
 * @param {string} source
 * @returns {Cell | undefined}
 */
function plainExpression(source) {
  if (source.length > MAX_PLAIN_LENGTH || exec(NOT_PLAIN, source) !== null) return undefined;
  try {
    new Script(`async () => {\n${source}\n}`);
    const filename = join(process.cwd(), NAME);
    const script = new Script(`async () => ({v: (\n${source}\n)})`, { filename, lineOffset: -1 });
    // As in `node -e`, whose programs have it, too.
    Object.assign(globalThis, { require: createRequire(filename) });
    return script.runInThisContext();
  } catch {
    return undefined;
  }
}

/**
 * @param {string} source
 * @returns {Cell | undefined}
 */
function transformed(source) {
  /** @type {typeof import('./cell.mjs')} */
  const { compileCell } = require('./cell.mjs');
  return compileCell(source);
}

/** @param {unknown} value */
function show(value) {
  const { inspect } = require('node:util');
  return inspect(value, { colors: process.stdout.isTTY && process.stdout.hasColors() });
}

async function readStdin() {
  let source = '';
  process.stdin.setEncoding('utf8');
  for await (const chunk of process.stdin) source += chunk;
  return source;
}
