/**
 * The shapes that the module hooks pass around. Types only; nothing imports this file when it runs.
 *
 * @typedef {'module' | 'commonjs'} Format
 * @typedef {'ts' | 'tsx' | 'jsx'} Lang
 * @typedef {Record<string, any>} CompilerOptions
 *
 * @typedef {object} RawMap a source map, as JSON has it
 * @property {number} version
 * @property {string[]} sources one: the URL of the file
 * @property {string[]} names
 * @property {string} mappings
 *
 * @typedef {object} TransformRequest
 * @property {string} filename what diagnostics call it
 * @property {string} sourceUrl what the source map calls it
 * @property {string} source
 * @property {Lang} lang
 * @property {Format | undefined} format `undefined`: decide by the syntax, as Node does
 * @property {CompilerOptions} options compilerOptions of its tsconfig.json
 *
 * @typedef {object} Diagnostic
 * @property {string} message
 * @property {string} file
 * @property {number} line from 1
 * @property {number} column from 1, in UTF-16 units as editors and V8 count
 * @property {string} frame the line, and a mark under the place
 * @property {string} [help]
 *
 * @typedef {{ ok: true, code: string, map: RawMap, format: Format }} Transformed
 * @typedef {{ ok: false, diagnostics: Diagnostic[] }} Rejected at least one diagnostic
 * @typedef {Transformed | Rejected} TransformResult
 * @typedef {(request: TransformRequest) => TransformResult} Transform
 *
 * @typedef {object} Virtual a source that is served where there is no file
 * @property {string} source
 * @property {string} filename what diagnostics call it
 *
 * @typedef {object} TsConfig
 * @property {CompilerOptions} options
 * @property {Record<string, string[]> | undefined} [paths]
 * @property {string} pathsBase the directory that `paths` are relative to
 * @property {string} [baseUrl]
 *
 * @typedef {import('node:module').ResolveHookContext} ResolveContext
 * @typedef {import('node:module').LoadHookContext} LoadContext
 * @typedef {import('node:module').ResolveFnOutput} Resolved
 * @typedef {(specifier: string, context?: Partial<ResolveContext>) => Resolved} NextResolve
 * @typedef {(url: string, context?: Partial<LoadContext>) => import('node:module').LoadFnOutput} NextLoad
 */

export {};
