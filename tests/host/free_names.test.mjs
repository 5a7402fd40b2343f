/**
 * Host code among user code: what runs on the main thread after the first cell names no global of its realm, and calls no
 * method and no iterator that a cell may have replaced. The reason is in `primordials.mjs`.
 *
 * Only what syntax shows is found: a call by a built-in's method name, `for … of`, spread and array patterns.
 */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { forEachVar, freeReferences, lexicalNames } from '../../dxkernel/engine/host/cell/scope.mjs';
import { declarationOf, forEachChild, isFunction } from '../../dxkernel/engine/host/cell/tree.mjs';
import { oxcParser } from './host_packages.mjs';

/** @typedef {import('../../dxkernel/engine/host/cell/tree.mjs').Node} Node */
/** @typedef {{ text: string, start: number, ancestors: Node[] }} Finding */

const HOST = new URL('../../dxkernel/engine/host/', import.meta.url);
const RUNTIME = readdirSync(new URL('runtime/', HOST)).map((name) => `runtime/${name}`);
// What the hooks load on the user's thread in the engine; in `dx run` the transformer too, which is not held to this.
const HOOKS = [
  'hooks.cjs', 'refs.cjs', 'register.cjs', 'workers.cjs',
  'resolve.mjs', 'load.mjs', 'files.mjs', 'paths.mjs', 'tsconfig.mjs', 'jsonc.mjs', 'diagnostics.mjs',
].map((name) => `modules/${name}`);
const FILES = ['protocol.mjs', 'primordials.mjs', 'cell/guards.mjs', ...RUNTIME, ...HOOKS];

/** Names that no program can replace or shadow in a module, and those that Node's wrapper gives a CommonJS file. */
const NAMES = new Set(['undefined', 'require', 'module']);

/** Modules that are user code: a cell imports them, and they see the globals that the cell sees. */
const USERS = new Set(['runtime/jsx.mjs']);

/** Declarations of a module that run in another realm. */
/** @type {Record<string, string[]>} */
const ELSEWHERE = {
  'protocol.mjs': ['FrameDecoder', 'decode'], // in the bridge
  'modules/diagnostics.mjs': ['diagnosticsOf', 'locate'], // with the transformer, in the bridge
};

/** Functions that run once, before the first cell. The closures they make are not excused. */
/** @type {Record<string, string[]>} */
const STARTUP = {
  'runtime/children.mjs': ['installChildren', 'bracket'],
  'runtime/executor.mjs': ['silenceLoaderWarning'],
  'runtime/output.mjs': ['installOutput', 'redirect'],
  'runtime/transform.mjs': ['installTransform'],
  'modules/refs.cjs': ['uncurry'],
};

/** Calls that only look like a built-in's. */
/** @type {Record<string, string[]>} */
const OTHERS = {
  'runtime/input.mjs': ['stream.push'], // of a stream
};

/** Every method name of the prototypes that host code uses without thinking. */
const METHODS = new Set(
  [Array, String, Map, Set, WeakMap, RegExp, Promise, Function, Number, Object]
    .flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor')),
);

/** @param {string} file */
function parse(file) {
  const text = readFileSync(new URL(file, HOST), 'utf8');
  const { program, errors } = oxcParser.parseSync(file, text, { lang: 'js', sourceType: file.endsWith('.cjs') ? 'commonjs' : 'module', preserveParens: false });
  assert.deepEqual(errors, []);
  return { text, body: /** @type {Node[]} */ (program.body) };
}

/** The names that a module declares or imports. @param {Node[]} body */
function ownNames(body) {
  const names = lexicalNames(body.map(declarationOf));
  forEachVar(body, (id) => names.add(id.name));
  for (const { type, specifiers } of body) {
    if (type === 'ImportDeclaration') for (const { local } of specifiers) names.add(local.name);
  }
  return names;
}

/** Globals that are looked up when a function runs. @param {Node[]} body @returns {Finding[]} */
function lateGlobals(body) {
  const own = ownNames(body);
  return freeReferences(body)
    .filter(({ name, nested }) => nested && !own.has(name) && !NAMES.has(name))
    .map(({ name, node, ancestors }) => ({ text: name, start: node.start, ancestors }));
}

/** Syntax inside functions that goes through a prototype. @param {Node[]} body @param {string} text @returns {Finding[]} */
function lateLookups(body, text) {
  /** @type {Finding[]} */
  const found = [];
  /** @param {Node} node @param {Node[]} ancestors */
  const visit = (node, ancestors) => {
    const what = lookup(node, text);
    if (what !== undefined && ancestors.some(isFunction)) found.push({ text: what, start: node.start, ancestors });
    forEachChild(node, (child) => visit(child, [...ancestors, node]));
  };
  for (const statement of body) visit(statement, []);
  return found;
}

/** @param {Node} node @param {string} text @returns {string | undefined} */
function lookup(node, text) {
  switch (node.type) {
    case 'ForOfStatement': return 'for … of';
    case 'ArrayPattern': return 'array pattern';
    case 'ArrayExpression': return node.elements.some((/** @type {Node} */ item) => item?.type === 'SpreadElement') ? 'spread' : undefined;
    case 'NewExpression': return node.arguments.some(isSpread) ? 'spread' : undefined;
    case 'CallExpression': {
      if (node.arguments.some(isSpread)) return 'spread';
      const { callee } = node;
      const isMethod = callee.type === 'MemberExpression' && !callee.computed && METHODS.has(callee.property.name);
      return isMethod ? text.slice(callee.start, callee.end) : undefined;
    }
  }
  return undefined;
}

/** @param {Node} argument */
const isSpread = (argument) => argument.type === 'SpreadElement';

/** @param {string} file @param {Finding} finding */
function isExcused(file, { text, ancestors }) {
  if (OTHERS[file]?.includes(text)) return true;
  const declaration = declarationOf(ancestors[0]);
  const { name } = declaration.id ?? declaration.declarations?.[0].id ?? {};
  if (ELSEWHERE[file]?.includes(name)) return true;
  return ancestors.filter(isFunction).length === 1 && (STARTUP[file] ?? []).includes(name);
}

/** @param {string} file @param {string} text @param {Finding[]} findings */
function report(file, text, findings) {
  return findings.filter((finding) => !isExcused(file, finding))
    .map((finding) => `${file}:${text.slice(0, finding.start).split('\n').length} ${finding.text}`);
}

test('what the two rules find', () => {
  const text = 'const { a } = Object; Map; a.map(a); for (const b of a) f(b); function f([b], ...c) { new Set([...b]); return c.push(Object, f(undefined)) }';
  const { program } = oxcParser.parseSync('a.mjs', text);
  assert.deepEqual(lateGlobals(program.body).map((finding) => finding.text), ['Set', 'Object']);
  assert.deepEqual(lateLookups(program.body, text).map((finding) => finding.text), ['array pattern', 'spread', 'c.push']);
});

test('what is excused is there', () => {
  for (const [file, names] of [...Object.entries(STARTUP), ...Object.entries(ELSEWHERE)]) {
    const own = ownNames(parse(file).body);
    for (const name of names) assert.ok(own.has(name), `${file}: ${name}`);
  }
});

for (const file of FILES.filter((name) => !USERS.has(name))) {
  const { text, body } = parse(file);
  test(`${file} names no global late`, () => assert.deepEqual(report(file, text, lateGlobals(body)), []));
  test(`${file} looks nothing up on a prototype late`, () => assert.deepEqual(report(file, text, lateLookups(body, text)), []));
}
