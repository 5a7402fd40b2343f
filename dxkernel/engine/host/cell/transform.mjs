/**
 * A cell becomes the text of an async arrow function that runs in script scope.
 *
 * Pure: source and registry in, text and registry out. Names of the cell are assigned, not declared, so the host
 * declares `declare` and `keep` before it calls the function. Nothing is decided by running anything. What the function
 * needs at run time is the `$dx` object described by `CellHost`.
 */
import { createRequire } from 'node:module';
import MagicString from 'magic-string';
import { planCompletion } from './completion.mjs';
import { problemsOf, toDiagnostics } from './diagnostics.mjs';
import { badRegexes, featuresOf, needsLowering } from './features.mjs';
import { composeMap } from './maps.mjs';
import { importCode, loadsModule, readImport } from './modules.mjs';
import { declaredNames, redeclarations } from './names.mjs';
import { normalise, parseCell, parseLowered, tooDeep } from './parse.mjs';
import { checks, constants, prologue } from './prologue.mjs';
import { initialisedAt, rewriteMeta, rewriteReferences, withoutInitialisedInPatterns } from './references.mjs';
import { constantNames, emptyRegistry, importedNames, nextRegistry } from './registry.mjs';
import { freeReferences } from './scope.mjs';
import { rewriteStatements } from './statements.mjs';

const require = createRequire(import.meta.url);

/** @typedef {import('./tree.mjs').Node} Node */
/** @typedef {import('./names.mjs').Names} Names */
/** @typedef {import('./diagnostics.mjs').Diagnostic} Diagnostic */
/** @typedef {import('./diagnostics.mjs').Problem} Problem */
/** @typedef {import('./modules.mjs').CellImport} CellImport */
/** @typedef {import('./registry.mjs').Registry} Registry */
/**
 * @typedef {object} CellHost The `$dx` of a cell's function.
 * @property {(specifier: string, options: ImportCallOptions | undefined, id: number, required: string[]) => Promise<object>} import
 *   loads a module, keeps its namespace under `id`, and throws a SyntaxError if one of `required` is not exported
 * @property {(namespace: object, specifier: string, required: string[]) => void} check throws that SyntaxError
 * @property {ImportMeta} meta `import.meta`
 * @property {object} tdz a proxy whose every get and set throws ReferenceError "Cannot access 'x' before initialization"
 * @property {(getters: Record<string, () => unknown>) => object} consts an object with these getters, and setters that
 *   throw TypeError "Assignment to constant variable."
 * @property {object} helpers decorator helpers (`helpers.mjs`)
 */
/**
 * @typedef {object} Options
 * @property {string} name the cell's name in source maps
 * @property {Registry} [registry]
 * @property {import('./lower.mjs').TsConfig} [tsconfig]
 * @property {number} [nextModuleId]
 */
/**
 * @typedef {object} Transformed
 * @property {true} ok
 * @property {string[]} declare names to declare with `let`; those that are known already are reset by `body`
 * @property {string[]} keep `var` names that nobody declared yet: to declare with `let`
 * @property {string} body an async arrow function expression; its first line is the cell's first line
 * @property {number[]} params ids of earlier modules, passed after `$dx` in this order
 * @property {import('./maps.mjs').SourceMap} map of `body`, made when first read
 * @property {CellImport[]} imports
 * @property {Registry} registry the new registry, if the cell's declarations happen
 * @property {boolean} isAsync has a top-level `await` or an import
 * @property {Record<string, string>} names what the cell declares: name → kind
 */
/** @typedef {{ ok: false, diagnostics: Diagnostic[] }} Refused */

export { checkComplete } from './complete.mjs';
export { emptyRegistry } from './registry.mjs';

/** @param {string} source @param {Options} options @returns {Transformed | Refused} */
export function transformCell(source, options) {
  try {
    return transform(source, options);
  } catch (error) {
    // Deep trees that the bracket limit lets through, like a sum of 10,000 terms, overflow our own recursion.
    if (error instanceof RangeError) return refuse(source, [tooDeep(0)]);
    throw error;
  }
}

/** @param {string} source @param {Options} options @returns {Transformed | Refused} */
function transform(source, { name, registry = emptyRegistry(), tsconfig = {}, nextModuleId = 0 }) {
  const parsed = parseCell(normalise(source));
  if (!parsed.ok) return refuse(source, parsed.problems);
  const text = withoutMagicComments(normalise(source), parsed.comments);
  const features = featuresOf(parsed.body);
  const problems = [...badRegexes(features.regexes), ...redeclarations(parsed.body).map(redeclared)];
  if (problems.length > 0) return refuse(source, problems);
  const original = declaredNames(parsed.body);
  if (!needsLowering(features)) {
    if (parsed.isObject) spanExpression(parsed.body[0]);
    return build(source, { name, registry, nextModuleId, text, body: parsed.body, original, maps: [], shift: 0 });
  }
  // Loaded with the first cell that needs it.
  /** @type {typeof import('./lower.mjs')} */
  const { lower } = require('./lower.mjs');
  const lowered = lower(text, parsed, features, tsconfig);
  if (!lowered.ok) return refuse(source, problemsOf(lowered.errors, lowered.shift));
  const reparsed = parseLowered(lowered.text);
  if (!reparsed.ok) return refuse(source, reparsed.problems.map((problem) => ({ ...problem, start: 0, end: 0 })));
  const clean = withoutMagicComments(lowered.text, reparsed.comments);
  return build(source, { name, registry, nextModuleId, text: clean, body: reparsed.body, original, maps: lowered.maps, shift: lowered.shift });
}

/**
 * @typedef {object} Cell
 * @property {string} name @property {Registry} registry @property {number} nextModuleId
 * @property {string} text plain JavaScript @property {Node[]} body its statements
 * @property {Names} original names that the user's text declares; helpers of a transformer are not among them
 * @property {any[]} maps @property {number} shift
 */

/** @param {string} source @param {Cell} cell @returns {Transformed} */
function build(source, cell) {
  const { text, body, registry } = cell;
  const prefix = freePrefix(text);
  const edited = new MagicString(text);
  const names = declaredNames(body);
  const persists = (/** @type {string} */ name) => cell.original.has(name);
  let nextId = cell.nextModuleId;
  const modules = new Map(body.filter(loadsModule).map((statement) => [statement, readImport(statement, nextId++, isImplicit(statement, cell.original))]));
  const imports = importedNames(registry, names, [...modules.values()]);
  const consts = constantNames(registry, names, imports);
  const strict = body.some((statement) => statement.directive === 'use strict');
  const references = freeReferences(body);
  /** @type {Record<string, import('./scope.mjs').Reference[] | undefined>} */
  const byName = Object.assign(Object.create(null), Object.groupBy(references, ({ name }) => name));
  const early = withoutInitialisedInPatterns(body, references);
  const rewritten = rewriteReferences(edited, text, references.filter((reference) => !early.has(reference)), { imports, consts, ready: initialisedAt(body) }, prefix, strict);
  // Around `with (o)` goes another one, with the constants: what `o` does not have is found there.
  for (const [node, guarded] of rewritten.withs) {
    edited.update(node.start, node.start + 'with'.length, `with (${constants(guarded, imports, prefix)}) with`);
  }
  const meta = rewriteMeta(edited, body, prefix);
  const plan = planCompletion(body);
  const { blockFunctions, locals } = rewriteStatements({
    edited, text, body, plan, persists, prefix, strict,
    usesItself: (node) => byName[node.id.name]?.some(({ node: at }) => at.start >= node.start && at.end <= node.end) ?? false,
    importCode: (statement) => importCode(/** @type {CellImport} */ (modules.get(statement)), prefix, (local) => rewritten.imported.has(local), persists),
  });
  for (const name of blockFunctions) if (!names.has(name)) names.set(name, 'var');
  const declared = [...names].filter(([name]) => persists(name) || blockFunctions.has(name));
  const own = new Set([...modules.values()].map(({ id }) => id));
  const params = [...rewritten.modules].filter((id) => !own.has(id));
  const kept = declared.filter(([name, kind]) => kind === 'var' && cell.original.get(name) !== 'enum').map(([name]) => name);
  const known = new Set(registry.known);
  const keep = kept.filter((name) => !known.has(name));
  const lexical = declared.filter(([name]) => !kept.includes(name));
  const again = lexical.filter(([name, kind]) => known.has(name) && kind !== 'function')
    .map(([name]) => ({ name, merges: /enum|namespace/.test(cell.original.get(name) ?? '') }));
  edited.prepend(prologue({ prefix, text, body, params, guarded: rewritten.guarded, imports, blockFunctions, locals, keep, again, usesHelpers: cell.maps.length > 0 && text.includes('babelHelpers') })
    + checks(rewritten.imported, registry, imports, prefix));
  edited.append(`\nreturn {__proto__: null, v: ${prefix}v};\n}`);
  /** @type {import('./maps.mjs').SourceMap | undefined} */ let map;
  return {
    ok: true,
    declare: lexical.map(([name]) => name).filter((name) => !known.has(name)),
    keep,
    body: edited.toString(),
    params,
    get map() { return (map ??= composeMap(edited, `${prefix}v = `, cell, cell.name, source)); },
    imports: [...modules.values()],
    registry: nextRegistry(registry, declared, imports, rewritten.imported),
    isAsync: modules.size > 0 || meta.awaits,
    names: Object.fromEntries(declared.map(([name, kind]) => [name, cell.original.get(name) ?? kind])),
  };
}

/** A prefix that the cell nowhere writes: its names cannot collide. @param {string} text */
function freePrefix(text) {
  let prefix = '$dx';
  for (let count = 1; text.includes(prefix); count++) prefix = `$dx${count}_`;
  return prefix;
}

/** @param {Node} statement @param {Names} original */
const isImplicit = (statement, original) =>
  statement.type === 'ImportDeclaration' && statement.specifiers.length > 0 &&
  statement.specifiers.every((/** @type {Node} */ specifier) => !original.has(specifier.local.name));

/** A user's `//# sourceURL=` must not rename the cell. @param {string} text @param {{ type: string, value: string, start: number }[]} comments */
function withoutMagicComments(text, comments) {
  let out = text;
  for (const { value, start } of comments) {
    if (/^[#@]\s*source(Mapping)?URL=/.test(value)) out = `${out.slice(0, start + 2)} ${out.slice(start + 3)}`;
  }
  return out;
}

/** The cell's own text has no parentheses around the object. @param {Node} statement */
function spanExpression(statement) {
  statement.start = statement.expression.start;
  statement.end = statement.expression.end;
}

/** @param {Node} id @returns {Problem} */
const redeclared = (id) => ({ message: `Identifier '${id.name}' has already been declared`, start: id.start, end: id.end });

/** @param {string} source @param {Problem[]} problems @returns {Refused} */
const refuse = (source, problems) => ({ ok: false, diagnostics: toDiagnostics(source, problems) });
