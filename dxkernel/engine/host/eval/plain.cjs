/**
 * The cells of `dx eval` that are JavaScript and nothing else: V8 runs them as they are, and the value is V8's own
 * completion value. Our parsers, which take longer to load than Node itself, would have nothing to say.
 *
 * There is no second cell, so nothing needs to be rewritten. V8 is the parser: the text must compile, and nothing runs for
 * that. What V8 cannot see are the texts that mean something else as TypeScript, or in a cell; a few patterns find them,
 * and where in doubt the answer is no. The full path (`cell.mjs`) must give the same output for every text; a table in
 * `tests/host/eval_paths.test.mjs` holds that.
 */
'use strict';

const { createRequire } = require('node:module');
const { join } = require('node:path');
const { Script } = require('node:vm');

/** @typedef {(done: (value: unknown) => void) => void} Cell runs it, once; a failure is an unhandled rejection */

const NAME = '[eval]';
const RUN_FRAME = '\n    at Script.runInThisContext (node:vm:';
/** Longer text is parsed once, not three times before. */
const MAX_LENGTH = 10_000;

/** Not for V8 alone: modules, what a CommonJS file knows, what belongs to a whole script or a function, magic comments. */
const NEVER = /\b(?:import|export|using|arguments|module|exports|__filename|__dirname)\b|^#!|<!--|-->|use strict|source(?:Mapping)?URL/;
/**
 * What is JavaScript and reads differently as TypeScript: words that begin a declaration or modify a class member, and
 * an arrow function's return type (`a ? (b) : c => d`). Type arguments are `hasTypeArguments`.
 */
const ELSEWISE = /\b(?:type|declare|namespace|abstract|interface|enum)\s*\n|\bglobal\s*\{|\b(?:readonly|public|private|protected|override|accessor|declare|abstract)\s|\)\s*:[^;]*=>/;
/** `var` is a property of the global object in a script, and slow; in a cell it is neither. */
const VAR = /\bvar\b/;
const FUNCTION = /\bfunction\b(?:\s*\*?\s*([A-Za-z_$][\w$]*)?\s*\()?/g;
/** With a function of the script, which is such a property, too: what could see that, and what is slow in a script. */
const SEES_GLOBALS = /\b(?:globalThis|global|eval|Function|with)\b|\(\s*this\s*\)|\bin\s+this\b|\\u/;
const LOOP = /\b(?:for|while|do)\b/;
/** Any name that may be declared: a name of the script hides a global from every module. */
const MAYBE_DECLARED = /(?:\b(?:let|const|class)\s|[,{[:]|\.\.\.)\s*([\w$]+)/g;
const BRACE_FIRST = /^(?:\s|\/\/.*|\/\*[^]*?\*\/)*\{/;

/**
 * The cell, if it is plain JavaScript.
 * @param {string} source
 * @returns {Cell | undefined}
 */
function plainCell(source) {
  if (source.length > MAX_LENGTH || NEVER.test(source) || ELSEWISE.test(source)) return undefined;
  if (hasTypeArguments(source)) return undefined;
  if (/\bawait\b/.test(source)) return awaitedExpression(source);
  if (BRACE_FIRST.test(source) && !/;\s*$/.test(source) && isExpression(source)) {
    return scriptCell(`(\n${source}\n)`, -1);
  }
  if (VAR.test(source) || !compiles(source)) return undefined;
  const functions = functionNames(source);
  // In a block, so that `let` and `const` are local variables: those of a script are nine times slower in a loop.
  if (functions?.length === 0) return scriptCell(`{\n${source}\n}`, -1);
  // But V8 takes a function in a block for its value.
  return functions === undefined || leaks(source, functions) ? undefined : scriptCell(source, 0);
}

/**
 * One expression with `await`: what follows an await is no script.
 * @param {string} source
 * @returns {Cell | undefined}
 */
function awaitedExpression(source) {
  if (/\b(?:function|class)\b|^\s*(?:async|let)\b/.test(source) || BRACE_FIRST.test(source)) return undefined;
  if (!compiles(`async () => {\n${source}\n}`) || !compiles(`async () => [\n${source}\n]`)) return undefined;
  const script = compile(`async () => ({v: (\n${source}\n)})`, -1);
  return script === undefined ? undefined : asyncCell(script.runInThisContext());
}

/**
 * From an empty stack, so that the stack of an error is the cell's own.
 * @param {() => Promise<{ v: unknown }>} body
 * @returns {Cell}
 */
function asyncCell(body) {
  return (done) => {
    Promise.resolve().then(body).then(({ v }) => done(v));
  };
}

/**
 * The text as a script. `then` would wait for a value that is a promise, so it travels in an object; and it settles after as
 * many turns of the microtask queue as an async function takes.
 * @param {string} text
 * @param {number} lineOffset
 * @returns {Cell | undefined}
 */
function scriptCell(text, lineOffset) {
  const script = compile(text, lineOffset);
  return script === undefined ? undefined : asyncCell(async () => ({ v: runScript(script) }));
}

/** @param {import('node:vm').Script} script */
function runScript(script) {
  try {
    return script.runInThisContext();
  } catch (error) {
    withoutOurFrames(error);
    throw error; // node-do-not-add-exception-line
  }
}

/** The frames that ran the script are no part of the program. @param {any} error */
function withoutOurFrames(error) {
  const end = typeof error?.stack === 'string' ? error.stack.indexOf(RUN_FRAME) : -1;
  if (end >= 0) Object.defineProperty(error, 'stack', { value: error.stack.slice(0, end), writable: true, configurable: true });
}

/**
 * @param {string} text
 * @param {number} lineOffset -1 where the first line is ours
 */
function compile(text, lineOffset) {
  try {
    const filename = join(process.cwd(), NAME);
    const script = new Script(text, { filename, lineOffset });
    // As in `node -e`, whose programs have it, too.
    Object.assign(globalThis, { require: createRequire(filename) });
    return script;
  } catch {
    return undefined;
  }
}

/** @param {string} text */
function compiles(text) {
  try {
    new Script(text);
    return true;
  } catch {
    return false;
  }
}

/** `{}), ({}` gets out of parentheses, but not out of brackets. @param {string} source */
function isExpression(source) {
  return compiles(`async () => (\n${source}\n)`) && compiles(`async () => [\n${source}\n]`);
}

/**
 * `f<T>(x)` is two comparisons in JavaScript. Between `<` and `>` may stand anything but, outside of strings, `;`.
 * @param {string} source
 */
function hasTypeArguments(source) {
  if (!source.includes('<')) return false;
  return (/["'`/]/.test(source) ? /<[^]*[^=]>/ : /<[^;]*[^=]>/).test(source);
}

/**
 * The names of its functions; `undefined` if one is written in a way that the pattern does not know.
 * @param {string} source
 */
function functionNames(source) {
  /** @type {string[]} */
  const names = [];
  if (!source.includes('function')) return names;
  for (const [text, name] of source.matchAll(FUNCTION)) {
    if (!text.endsWith('(')) return undefined;
    if (name !== undefined) names.push(name);
  }
  return names;
}

/**
 * Could anybody tell that the functions, and `let` and `const` beside them, belong to a script and not to a cell?
 * @param {string} source
 * @param {string[]} functions
 */
function leaks(source, functions) {
  if (SEES_GLOBALS.test(source) || LOOP.test(source)) return true;
  for (const [, name] of source.matchAll(MAYBE_DECLARED)) if (/** @type {string} */ (name) in globalThis) return true;
  // A property of that name, or its name in a string.
  const quoted = /["'`]/.test(source);
  const text = source.replaceAll('...', ' ');
  return functions.some((name) => name in globalThis || text.includes(`.${name}`) ||
    (quoted && [`'${name}'`, `"${name}"`, `\`${name}\``].some((string) => source.includes(string))));
}

module.exports = { plainCell, asyncCell };
