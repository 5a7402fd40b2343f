/**
 * TypeScript, JSX and decorators to plain JavaScript.
 *
 * OXC lowers everything but standard decorators, `accessor` and namespaces that export variables; only a cell that contains
 * those goes to @swc/core, which is loaded then. A cell of plain JavaScript is left as it is, letter by letter.
 */
import { createRequire } from 'node:module';
import MagicString from 'magic-string';
import { transformSync } from '../oxc.cjs';
import { declarationOf } from './tree.mjs';

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
/** @typedef {import('./features.mjs').Features} Features */
/** @typedef {{ ok: true, text: string, maps: any[], shift: number } | { ok: false, errors: any[], shift: number }} LowerResult */

/** @param {string} text @param {Parsed} parsed @param {Features} features @param {TsConfig} tsconfig @returns {LowerResult} */
export function lower(text, parsed, features, tsconfig) {
  const shift = parsed.isObject ? 1 : 0;
  const input = parsed.isObject ? `(${text}\n)` : text;
  const standard = features.accessors || (features.decorators && !tsconfig.experimentalDecorators);
  if (!standard) {
    const lowered = lowerWithOxc(input, parsed, tsconfig, shift);
    // `namespace N { export let a }`: OXC says so itself.
    if (lowered.ok || tsconfig.experimentalDecorators || !lowered.errors.every(({ message }) => /not supported by Oxc/.test(message))) return lowered;
  }
  const edited = classesAsExpressions(input, parsed);
  return lowerWithSwc(edited.toString(), edited.generateMap({ hires: 'boundary', source: 'cell' }), parsed, tsconfig, shift);
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
  return result.errors.length > 0 ? { ok: false, errors: result.errors, shift } : { ok: true, text: result.code, maps: [result.map], shift };
}

/** @param {TsConfig} tsconfig @returns {import('oxc-transform').JsxOptions} */
function jsxOptions(tsconfig) {
  const classic = tsconfig.jsx === 'react' || (tsconfig.jsx === undefined && tsconfig.jsxFactory !== undefined);
  return classic
    ? { runtime: 'classic', pragma: tsconfig.jsxFactory ?? 'React.createElement', pragmaFrag: tsconfig.jsxFragmentFactory ?? 'React.Fragment' }
    : { runtime: 'automatic', importSource: tsconfig.jsxImportSource ?? 'react' };
}

/** @param {string} input @param {any} before map of `input` to the cell @param {Parsed} parsed @param {TsConfig} tsconfig @param {number} shift @returns {LowerResult} */
function lowerWithSwc(input, before, parsed, tsconfig, shift) {
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
    return { ok: true, text: result.code, maps: [JSON.parse(result.map), before], shift };
  } catch (error) {
    const message = String(/** @type {Error} */ (error).message).trim().split('\n')[0].replace(/^x /, '');
    return { ok: false, errors: [{ message, labels: [], helpMessage: null }], shift };
  }
}

/**
 * swc renames a decorated class declaration, and exports under the new name; a class expression keeps its meaning. So
 * `@dec export class A {}` is written `let A = @dec class A {};` for it.
 * @param {string} input @param {Parsed} parsed @returns {MagicString}
 */
function classesAsExpressions(input, parsed) {
  const edited = new MagicString(input);
  for (const statement of parsed.body) {
    const node = declarationOf(statement);
    if (node !== statement) {
      const decorated = node.decorators?.length > 0 && node.decorators[0].start < statement.start + 'export'.length;
      const from = decorated ? node.decorators.at(-1).end : statement.start;
      const keyword = input.indexOf('export', from);
      const length = /** @type {RegExpExecArray} */ (/^export(?:\s+default)?/.exec(input.slice(keyword)))[0].length;
      edited.update(keyword, keyword + length, '');
    }
    if (node.type !== 'ClassDeclaration' || !node.id || node.declare || !(node.decorators?.length > 0)) continue;
    edited.appendRight(Math.min(node.start, statement.start, node.decorators[0].start), `let ${node.id.name} = `);
    edited.appendLeft(node.end, ';');
  }
  return edited;
}
