/**
 * From the text of a TypeScript or JSX file to JavaScript that Node 24 runs, with a source map.
 *
 * Values in, values out: requests and results may cross a thread boundary, and a file that does not parse is a value
 * too. OXC does the work; `swc.mjs` is loaded for the few sources it does not lower. The target is always this Node, so
 * only what V8 cannot run is rewritten.
 */

import { createRequire } from 'node:module';

import { parseSync, transformSync } from '../oxc.cjs';
import { detectFormat } from './detect.mjs';
import { diagnosticsOf } from './diagnostics.mjs';
import { endsWith, exec, includes, indexOf, isArray, slice, startsWith } from './refs.cjs';

/** @import { Format, CompilerOptions, RawMap, TransformRequest, Transformed, TransformResult } from './types.mjs' */
/** @typedef {Pick<import('oxc-transform').TransformResult, 'code' | 'map' | 'errors'>} Output */

const require = createRequire(import.meta.url);

/** A decorator may begin here: not in a word, a string's scope name or a JSDoc line. The tree decides. */
const MAYBE_DECORATOR = /^(?![ \t]*(?:\*|\/\/|\/\*\*)).*?(?<![\w"'`@/])@[\p{ID_Start}$_(\[]/mu;
const MAYBE_ACCESSOR = /\baccessor\s+[\p{ID_Start}$_#["'\d]/u;
const MAYBE_EXPORT_ASSIGNMENT = /\bexport\s*=[^=>]/;
const MAYBE_IMPORT_REQUIRE = /\bimport\s+(?:type\s+)?[\p{ID_Start}$_][\p{ID_Continue}$]*\s*=\s*require\b/u;
const CREATE_REQUIRE = 'import { createRequire as $dxCreateRequire } from "node:module"; ' +
  'const require = $dxCreateRequire(import.meta.url);\n';

/**
 * Transforms one file. Never throws for what is in the file.
 * @param {TransformRequest} request
 * @returns {TransformResult}
 */
export function transformSource(request) {
  const features = featuresOf(request);
  // TypeScript compiles a file with `export =` to CommonJS whatever else it contains.
  const format = request.format ?? (features.exportAssignment ? 'commonjs' : undefined);
  const output = runOxc(request, format);
  if (fails(output)) return { ok: false, diagnostics: diagnosticsOf(output.errors, request) };
  const decided = format ?? detectFormat(stripMarker(output.code, request.source));
  const lowered = lowerWithSwc(request, output, decided, features.decorators);
  if (lowered !== undefined) return lowered;
  return finish(request, output, decided);
}

/**
 * What the syntax tree says about the few features that decide how a file is transformed. Parsing costs a second
 * library, so the text is searched first.
 * @param {TransformRequest} request
 */
function featuresOf({ source, filename, lang, options }) {
  const decorators = options.experimentalDecorators !== true && includes(source, '@') && exec(MAYBE_DECORATOR, source);
  const accessor = includes(source, 'accessor') && exec(MAYBE_ACCESSOR, source);
  const assignment = includes(source, 'export') && exec(MAYBE_EXPORT_ASSIGNMENT, source);
  if (!decorators && !accessor && !assignment) return { decorators: false, exportAssignment: false };
  const { program } = parseSync(filename, source, { lang, sourceType: 'module' });
  return {
    decorators: (decorators || accessor) !== null && hasDecorators(program, options.experimentalDecorators === true),
    exportAssignment: program.body.some((statement) => statement.type === 'TSExportAssignment'),
  };
}

/**
 * @param {any} node
 * @param {boolean} legacy legacy decorators are OXC's work; `accessor` never is
 * @returns {boolean}
 */
function hasDecorators(node, legacy) {
  if (node === null || typeof node !== 'object') return false;
  if (isArray(node)) return node.some((item) => hasDecorators(item, legacy));
  if (node.type === 'AccessorProperty' || node.type === 'TSAbstractAccessorProperty') return true;
  if (!legacy && node.type === 'Decorator') return true;
  return Object.values(node).some((value) => hasDecorators(value, legacy));
}

/**
 * Node runs a file of undecided format as whichever of the two it parses as; errors are then those of the module goal.
 * @param {TransformRequest} request
 * @param {Format | undefined} format
 * @returns {Output}
 */
function runOxc(request, format) {
  const { filename, source, sourceUrl } = request;
  const options = oxcOptions(request);
  let first;
  for (const sourceType of format ? [format] : /** @type {const} */ (['unambiguous', 'module', 'commonjs'])) {
    const output = transformSync(filename, source, { ...options, sourceType });
    if (output.map) output.map = { version: 3, sources: [sourceUrl], names: output.map.names, mappings: output.map.mappings };
    if (!fails(output)) return output;
    if (first === undefined || sourceType === 'module') first = output;
  }
  return /** @type {Output} */ (first);
}

/**
 * @param {TransformRequest} request
 * @returns {import('oxc-transform').TransformOptions}
 */
function oxcOptions({ lang, options }) {
  const define = usesDefine(options);
  return {
    lang,
    sourcemap: true,
    typescript: {
      onlyRemoveTypeImports: options.verbatimModuleSyntax === true,
      removeClassFieldsWithoutInitializer: !define,
      ...(options.jsxFactory ? { jsxPragma: firstName(options.jsxFactory) } : {}),
      ...(options.jsxFragmentFactory ? { jsxPragmaFrag: firstName(options.jsxFragmentFactory) } : {}),
    },
    assumptions: define ? {} : { setPublicClassFields: true },
    decorator: {
      legacy: options.experimentalDecorators === true,
      emitDecoratorMetadata: options.emitDecoratorMetadata === true,
      strictNullChecks: options.strictNullChecks ?? options.strict ?? true,
    },
    jsx: jsxOptions(options),
  };
}

/**
 * `preserve` is for a bundler; here the file is run, so it is the automatic runtime as when nothing is said.
 * @param {CompilerOptions} options
 * @returns {import('oxc-transform').JsxOptions}
 */
function jsxOptions({ jsx, jsxImportSource, jsxFactory, jsxFragmentFactory }) {
  if (jsx === 'react' || (jsx === undefined && jsxFactory !== undefined)) {
    return { runtime: 'classic', pragma: jsxFactory, pragmaFrag: jsxFragmentFactory };
  }
  return { runtime: 'automatic', importSource: jsxImportSource, development: jsx === 'react-jsxdev' };
}

/**
 * TypeScript's default: assign, not define, where the target is older than class fields.
 * @param {CompilerOptions} options
 */
export function usesDefine({ useDefineForClassFields, target }) {
  if (typeof useDefineForClassFields === 'boolean') return useDefineForClassFields;
  return exec(/^es(?:3|5|6|20(?:1\d|2[01]))$/i, String(target ?? '')) === null;
}

/** @param {string} name */
function firstName(name) {
  const dot = indexOf(name, '.');
  return dot === -1 ? name : slice(name, 0, dot);
}

/** @param {Output} output */
function fails(output) {
  return output.errors.some((error) => error.severity === 'Error');
}

/**
 * OXC marks a file whose imports were all types with `export {}`. For Node's detection such a file has no syntax of
 * either kind, unless the author wrote the marker.
 * @param {string} code
 * @param {string} source
 */
function stripMarker(code, source) {
  if (!endsWith(code, 'export {};\n') || exec(/\bexport\s*\{\s*\}/, source) !== null) return code;
  return slice(code, 0, -'export {};\n'.length);
}

/**
 * The sources OXC cannot make runnable: standard decorators, `export let` in a namespace (its only warning), and
 * `import` or `export` in a file that Node says is CommonJS, which TypeScript compiles to `require` and `exports`.
 * @param {TransformRequest} request
 * @param {Output} output
 * @param {Format} format
 * @param {boolean} decorators
 * @returns {TransformResult | undefined}
 */
function lowerWithSwc(request, output, format, decorators) {
  const wrongSyntax = format === 'commonjs' && detectFormat(stripMarker(output.code, request.source)) === 'module';
  if (!decorators && !wrongSyntax && output.errors.length === 0) return undefined;
  /** @type {typeof import('./swc.mjs')} */
  const { transformWithSwc } = require('./swc.mjs');
  return transformWithSwc(request, format);
}

/**
 * @param {TransformRequest} request
 * @param {Output} output
 * @param {Format} format
 * @returns {Transformed}
 */
function finish(request, output, format) {
  const map = /** @type {RawMap} */ (output.map);
  let { code } = output;
  if (format === 'commonjs') code = stripMarker(code, request.source);
  // `import x = require('y')` in an ES module is createRequire in TypeScript's output, too.
  if (format === 'module' && exec(MAYBE_IMPORT_REQUIRE, request.source) !== null && !exec(/\brequire\s*=/, code)) {
    const start = startsWith(code, '#!') ? indexOf(code, '\n') + 1 : 0;
    code = slice(code, 0, start) + CREATE_REQUIRE + slice(code, start);
    map.mappings = `;${map.mappings}`;
  }
  return { ok: true, code, map, format };
}
