/**
 * TypeScript, JSX and decorators to plain JavaScript.
 *
 * OXC lowers everything but standard decorators and `accessor`; only a cell that contains those, by its tree, goes to
 * @swc/core, which is loaded then. A cell of plain JavaScript is left as it is, letter by letter.
 */
import { createRequire } from 'node:module';
import { transformSync } from 'oxc-transform';
import { walk } from './tree.mjs';

/** @typedef {import('./tree.mjs').Node} Node */
/** @typedef {import('./parse.mjs').Parsed} Parsed */
/**
 * @typedef {object} TsConfig
 * @property {boolean} [experimentalDecorators]
 * @property {boolean} [emitDecoratorMetadata]
 * @property {boolean} [useDefineForClassFields]
 * @property {string} [jsx] 'react' for the classic runtime, anything else for the automatic one
 * @property {string} [jsxImportSource]
 * @property {string} [jsxFactory]
 * @property {string} [jsxFragmentFactory]
 */
/** @typedef {{ typescript: boolean, jsx: boolean, decorators: boolean, accessors: boolean, regexes: Node[] }} Features */
/** @typedef {{ ok: true, text: string, map: any, shift: number } | { ok: false, errors: any[], shift: number }} LowerResult */

const TYPESCRIPT_FLAGS = ['typeAnnotation', 'typeParameters', 'typeArguments', 'returnType', 'declare', 'definite', 'accessibility', 'override', 'readonly', 'abstract', 'superTypeArguments'];

/** What the tree has that Node does not run. @param {Node[]} body @returns {Features} */
export function featuresOf(body) {
  /** @type {Features} */ const features = { typescript: false, jsx: false, decorators: false, accessors: false, regexes: [] };
  /** @param {Node} node */
  const enter = (node) => {
    const { type } = node;
    if (type.startsWith('TS') || node.importKind === 'type' || node.exportKind === 'type') features.typescript = true;
    else if (type.startsWith('JSX')) features.jsx = true;
    else if (type === 'Decorator') features.decorators = true;
    else if (type === 'AccessorProperty') features.accessors = true;
    else if (type === 'Literal' && node.regex) features.regexes.push(node);
    if (node.optional && type !== 'CallExpression' && type !== 'MemberExpression') features.typescript = true;
    for (const flag of TYPESCRIPT_FLAGS) if (node[flag]) features.typescript = true;
    if (node.implements?.length > 0) features.typescript = true;
  };
  for (const statement of body) walk(statement, enter);
  return features;
}

/** @param {Features} features */
export const needsLowering = (features) => features.typescript || features.jsx || features.decorators || features.accessors;

/** @param {string} text @param {Parsed} parsed @param {Features} features @param {TsConfig} tsconfig @returns {LowerResult} */
export function lower(text, parsed, features, tsconfig) {
  const shift = parsed.isObject ? 1 : 0;
  const input = parsed.isObject ? `(${text}\n)` : text;
  const standard = features.accessors || (features.decorators && !tsconfig.experimentalDecorators);
  return standard ? lowerWithSwc(withoutExports(input, parsed), parsed, tsconfig, shift) : lowerWithOxc(input, parsed, tsconfig, shift);
}

/** @param {string} input @param {Parsed} parsed @param {TsConfig} tsconfig @param {number} shift @returns {LowerResult} */
function lowerWithOxc(input, parsed, tsconfig, shift) {
  const assigns = tsconfig.useDefineForClassFields === false;
  const result = transformSync('cell', input, {
    lang: parsed.lang,
    sourceType: parsed.sloppy ? 'script' : 'module',
    sourcemap: true,
    typescript: { onlyRemoveTypeImports: true, removeClassFieldsWithoutInitializer: assigns },
    assumptions: { setPublicClassFields: assigns },
    decorator: { legacy: tsconfig.experimentalDecorators === true, emitDecoratorMetadata: tsconfig.emitDecoratorMetadata === true },
    helpers: { mode: /** @type {any} */ ('External') },
    jsx: jsxOptions(tsconfig),
  });
  return result.errors.length > 0 ? { ok: false, errors: result.errors, shift } : { ok: true, text: result.code, map: result.map, shift };
}

/** @param {TsConfig} tsconfig @returns {import('oxc-transform').JsxOptions} */
function jsxOptions(tsconfig) {
  const classic = tsconfig.jsx === 'react' || (tsconfig.jsx === undefined && tsconfig.jsxFactory !== undefined);
  return classic
    ? { runtime: 'classic', pragma: tsconfig.jsxFactory ?? 'React.createElement', pragmaFrag: tsconfig.jsxFragmentFactory ?? 'React.Fragment' }
    : { runtime: 'automatic', importSource: tsconfig.jsxImportSource ?? 'react' };
}

/** @param {string} input @param {Parsed} parsed @param {TsConfig} tsconfig @param {number} shift @returns {LowerResult} */
function lowerWithSwc(input, parsed, tsconfig, shift) {
  const swc = createRequire(import.meta.url)('@swc/core');
  const jsx = jsxOptions(tsconfig);
  const typescript = parsed.lang !== 'jsx';
  const parser = typescript
    ? { syntax: 'typescript', tsx: parsed.lang === 'tsx', decorators: true }
    : { syntax: 'ecmascript', jsx: true, decorators: true };
  try {
    const result = swc.transformSync(input, {
      filename: 'cell.tsx', configFile: false, swcrc: false, sourceMaps: true, isModule: !parsed.sloppy,
      jsc: {
        parser, target: 'esnext', externalHelpers: false,
        transform: {
          decoratorVersion: '2022-03', verbatimModuleSyntax: true, useDefineForClassFields: tsconfig.useDefineForClassFields !== false,
          react: { runtime: jsx.runtime, importSource: jsx.importSource, pragma: jsx.pragma, pragmaFrag: jsx.pragmaFrag },
        },
      },
    });
    return { ok: true, text: result.code, map: JSON.parse(result.map), shift };
  } catch (error) {
    const message = String(/** @type {Error} */ (error).message).trim().split('\n')[0].replace(/^x /, '');
    return { ok: false, errors: [{ message, labels: [], helpMessage: null }], shift };
  }
}

/** `export` means nothing in a cell, and swc would rename an exported decorated class. Blanks keep every offset. @param {string} input @param {Parsed} parsed */
function withoutExports(input, parsed) {
  let text = input;
  for (const statement of parsed.body) {
    const named = statement.type === 'ExportNamedDeclaration' && statement.declaration;
    const defaulted = statement.type === 'ExportDefaultDeclaration' && statement.declaration.id;
    if (!named && !defaulted) continue;
    const keyword = /^export(\s+default)?/.exec(text.slice(statement.start));
    // `@dec export class`: the keyword stands after the decorators.
    const start = keyword ? statement.start : text.indexOf('export', statement.declaration.decorators?.at(-1)?.end ?? statement.start);
    const length = keyword ? keyword[0].length : /** @type {RegExpExecArray} */ (/^export(\s+default)?/.exec(text.slice(start)))[0].length;
    text = text.slice(0, start) + text.slice(start, start + length).replace(/\S/g, ' ') + text.slice(start + length);
  }
  return text;
}
