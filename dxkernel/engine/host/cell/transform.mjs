/**
 * A cell becomes the text of an async arrow function that runs in script scope.
 *
 * Pure: source and registry in, text and registry out. Names of the cell are assigned, not declared, so the host
 * declares `declare` and `keep` before it calls the function. Nothing is decided by running anything. What the function
 * needs at run time is the `$dx` object described by `CellHost`.
 */
import MagicString from 'magic-string';
import { planCompletion } from './completion.mjs';
import { problemsOf, toDiagnostics } from './diagnostics.mjs';
import { badRegexes, featuresOf, needsLowering } from './features.mjs';
import { lower } from './lower.mjs';
import { composeMap } from './maps.mjs';
import { importCode, loadsModule, memberOf, moduleName, readImport } from './modules.mjs';
import { declaredNames, redeclarations } from './names.mjs';
import { normalise, parseCell, parseLowered, tooDeep } from './parse.mjs';
import { initialisedAt, rewriteReferences, withoutInitialisedInPatterns } from './references.mjs';
import { freeReferences } from './scope.mjs';
import { rewriteStatements } from './statements.mjs';
import { walk } from './tree.mjs';

/** @typedef {import('./tree.mjs').Node} Node */
/** @typedef {import('./names.mjs').Names} Names */
/** @typedef {import('./diagnostics.mjs').Diagnostic} Diagnostic */
/** @typedef {import('./diagnostics.mjs').Problem} Problem */
/** @typedef {import('./references.mjs').ImportedName} ImportedName */
/** @typedef {import('./modules.mjs').CellImport} CellImport */
/** @typedef {{ consts: string[], imports: Record<string, ImportedName>, known: string[] }} Registry what earlier cells declared; plain JSON */
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
 * @property {string[]} declare names to declare with `let`, which resets them to undefined
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

/** @returns {Registry} */
export const emptyRegistry = () => ({ consts: [], imports: {}, known: [] });

export { checkComplete } from './complete.mjs';

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
    usesItself: (node) => references.some(({ name, node: at }) => name === node.id.name && at.start >= node.start && at.end <= node.end),
    importCode: (statement) => importCode(/** @type {CellImport} */ (modules.get(statement)), prefix, (local) => rewritten.imported.has(local), persists),
  });
  for (const name of blockFunctions) if (!names.has(name)) names.set(name, 'var');
  const declared = [...names].filter(([name]) => persists(name) || blockFunctions.has(name));
  const own = new Set([...modules.values()].map(({ id }) => id));
  const params = [...rewritten.modules].filter((id) => !own.has(id));
  const kept = declared.filter(([name, kind]) => kind === 'var' && cell.original.get(name) !== 'enum').map(([name]) => name);
  const keep = kept.filter((name) => !registry.known.includes(name));
  edited.prepend(prologue({ prefix, text, body, params, guarded: rewritten.guarded, imports, blockFunctions, locals, keep, usesHelpers: cell.maps.length > 0 && text.includes('babelHelpers') })
    + checks(rewritten.imported, registry, imports, prefix));
  edited.append(`\nreturn {__proto__: null, v: ${prefix}v};\n}`);
  /** @type {import('./maps.mjs').SourceMap | undefined} */ let map;
  return {
    ok: true,
    declare: declared.map(([name]) => name).filter((name) => !kept.includes(name)),
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

/** @param {Registry} registry @param {Names} names @param {CellImport[]} modules */
function importedNames(registry, names, modules) {
  /** @type {Map<string, ImportedName>} */ const imports = new Map();
  for (const [name, imported] of Object.entries(registry.imports)) if (!names.has(name)) imports.set(name, imported);
  for (const { id, specifier, bindings } of modules) {
    for (const binding of bindings) {
      imports.set(binding.local, { module: id, export: binding.export, ...(binding.export === '*' ? {} : { unchecked: specifier }) });
    }
  }
  return imports;
}

/** @param {Registry} registry @param {Names} names @param {Map<string, ImportedName>} imports */
function constantNames(registry, names, imports) {
  const consts = new Set(registry.consts.filter((name) => !names.has(name)));
  for (const [name, kind] of names) if (isConstant(kind)) consts.add(name);
  for (const name of imports.keys()) consts.add(name);
  return consts;
}

/** @param {string} kind */
const isConstant = (kind) => kind === 'const' || kind.endsWith('using');

/** @param {Registry} registry @param {[string, string][]} declared @param {Map<string, ImportedName>} imports @param {Set<string>} checked @returns {Registry} */
function nextRegistry(registry, declared, imports, checked) {
  const names = new Map(declared);
  const consts = registry.consts.filter((name) => !names.has(name));
  for (const [name, kind] of names) if (isConstant(kind)) consts.push(name);
  const kept = [...imports].filter(([name]) => registry.imports[name] !== undefined || names.has(name));
  return {
    consts,
    imports: Object.fromEntries(kept.map(([name, { unchecked, ...imported }]) => [name, unchecked && !checked.has(name) ? { ...imported, unchecked } : imported])),
    known: [...new Set([...registry.known, ...names.keys()])],
  };
}

/** @param {{ prefix: string, text: string, body: Node[], params: number[], guarded: Set<string>, imports: Map<string, ImportedName>, blockFunctions: Set<string>, locals: Set<string>, keep: string[], usesHelpers: boolean }} parts */
function prologue({ prefix, text, body, params, guarded, imports, blockFunctions, locals, keep, usesHelpers }) {
  const directives = body.filter((statement) => typeof statement.directive === 'string').map((statement) => `${statement.expression.raw};`);
  const setters = [...blockFunctions].map((name) => `set ${name}(${prefix}a) { ${name} = ${prefix}a; }`);
  const line = [
    `async (${[prefix, ...params.map((id) => moduleName(prefix, id))].join(', ')}) => {`,
    ...directives,
    `let ${[`${prefix}v`, ...locals].join(', ')};`,
    ...(guarded.size > 0 ? [`const ${prefix}c = ${constants(guarded, imports, prefix)};`] : []),
    ...(setters.length > 0 ? [`const ${prefix}s = {__proto__: null, ${setters.join(', ')}};`] : []),
    ...(usesHelpers ? [`const babelHelpers = ${prefix}.helpers;`] : []),
    // `var fetch;` keeps what the global object has, as in a script.
    ...keep.filter((name) => name in globalThis).map((name) => `${name} = globalThis.${name};`),
    '',
  ].join(' ');
  // `-->` is a comment only where a line begins.
  return /^(?:\s|\/\*[^]*?\*\/)*-->/.test(text) ? `${line}\n` : line;
}

/** @param {Set<string>} names @param {Map<string, ImportedName>} imports @param {string} prefix */
function constants(names, imports, prefix) {
  const getters = [...names].map((name) => {
    const imported = imports.get(name);
    return `${name}: () => ${imported ? memberOf(moduleName(prefix, imported.module), imported.export) : name}`;
  });
  return `${prefix}.consts({__proto__: null, ${getters.join(', ')}})`;
}

/** Imported names that no cell used as a value before must exist now. @param {Set<string>} used @param {Registry} registry @param {Map<string, ImportedName>} imports @param {string} prefix */
function checks(used, registry, imports, prefix) {
  let code = '';
  for (const name of used) {
    const imported = imports.get(name);
    if (!imported?.unchecked || registry.imports[name] !== imported) continue;
    code += `${prefix}.check(${moduleName(prefix, imported.module)}, ${JSON.stringify(imported.unchecked)}, [${JSON.stringify(imported.export)}]); `;
  }
  return code;
}

/** `import.meta`, and whether the cell itself awaits. @param {MagicString} edited @param {Node[]} body @param {string} prefix */
function rewriteMeta(edited, body, prefix) {
  let awaits = false;
  let functions = 0;
  /** @param {Node} node */
  const enter = (node) => {
    if (node.type === 'MetaProperty' && node.meta.name === 'import') edited.update(node.start, node.end, `${prefix}.meta`);
    else if (node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node.await) || node.kind === 'await using') awaits ||= functions === 0;
  };
  /** @param {Node} node */
  const visit = (node) => walk(node, (child) => {
    if (/Function/.test(child.type) && child !== node) {
      functions++;
      visit(child);
      functions--;
      return false;
    }
    enter(child);
  });
  for (const statement of body) {
    const isFunction = /Function/.test(statement.type);
    if (isFunction) functions++;
    visit(statement);
    if (isFunction) functions--;
  }
  return { awaits };
}

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
