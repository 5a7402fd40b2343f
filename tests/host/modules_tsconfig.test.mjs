/** What tsconfig.json says about running a file. */

import { check } from './modules_support.mjs';

/** @param {object} compilerOptions */
const config = (compilerOptions, rest = {}) => JSON.stringify({ compilerOptions, ...rest });
const H = "export const h = (...a: unknown[]) => JSON.stringify(a); export const F = 'F';\n";
const RUNTIME = `export const jsx = (t, p) => JSON.stringify([t, p]); export const jsxs = jsx; export const Fragment = 'F';`;
/** @param {string} name */
const jsxPackage = (name) => ({
  [`node_modules/${name}/package.json`]: '{"exports":{"./jsx-runtime":"./r.mjs","./jsx-dev-runtime":"./d.mjs"}}',
  [`node_modules/${name}/r.mjs`]: RUNTIME,
  [`node_modules/${name}/d.mjs`]: "export const jsxDEV = (t, p) => 'dev ' + JSON.stringify([t, p]); export const Fragment = 'F'",
});
const FIELDS = `class A { set x(v: number) { console.log('setter', v) } } class B extends A { x = 1; y?: number }
  console.log(Object.keys(new B()).join())`;
const LOG = `const seen: string[] = [];
  function log(name: string) { return (...args: any[]) => { seen.push(name + ':' + args.length) } }`;

check({
  'paths with a star': {
    files: {
      'tsconfig.json': config({ paths: { '@lib/*': ['./src/lib/*'] } }), 'main.ts': "import a from '@lib/a'; console.log(a)",
      'src/lib/a.ts': 'export default 1',
    },
    out: '1',
  },
  'paths: exact, then longest prefix, then the next target that exists': {
    files: {
      'tsconfig.json': config({ paths: { a: ['x/a.ts'], '*': ['x/*'], 'long/*': ['missing/*', 'y/*'], 'x/*.gen': ['y/*'] } }),
      'main.ts': "import a from 'a'; import b from 'long/b.js'; import c from 'x/b.gen'; console.log(a, b, c)",
      'x/a.ts': "export default 'a'", 'y/b.ts': "export default 'b'",
    },
    out: 'a b b',
  },
  'paths win over node_modules, and a package that they miss is found there': {
    files: {
      'tsconfig.json': config({ paths: { p: ['./own.ts'], '*': ['./nowhere/*'] } }),
      'main.ts': "import p from 'p'; import q from 'q'; console.log(p, q)", 'own.ts': "export default 'own'",
      'node_modules/p/index.js': "module.exports = 'package'", 'node_modules/q/index.js': "module.exports = 'q'",
    },
    out: 'own q',
  },
  'paths for require': {
    files: {
      'tsconfig.json': config({ baseUrl: './src', paths: { '~/*': ['*'] } }),
      'main.cts': "console.log(require('~/a').a, require('b').b)", 'src/a.ts': 'export const a = 1', 'src/b.ts': 'exports.b = 2',
    },
    run: 'main.cts', out: '1 2',
  },
  'paths for JavaScript, where Node finds nothing': {
    files: {
      'tsconfig.json': config({ paths: { '@/*': ['./src/*'] } }), 'main.mjs': "import a from '@/a.js'; console.log(a)",
      'src/a.ts': 'export default 1',
    },
    run: 'main.mjs', out: '1',
  },
  'comments, trailing commas, a byte order mark': {
    files: {
      'tsconfig.json': `\uFEFF{ // comment "
        "compilerOptions": { /* , */ "paths": { "a//b": ["./a.ts",], }, }, }`,
      'main.ts': "import a from 'a//b'; console.log(a)", 'a.ts': "export default 'a'",
    },
    out: 'a',
  },
  'extends: relative, a package, an array; the last wins': {
    files: {
      'tsconfig.json': config({}, { extends: ['./base', '@cfg/x', './late.json'] }),
      'base.json': config({ jsxImportSource: 'base', paths: { a: ['./here/a.ts'] } }),
      'node_modules/@cfg/x/tsconfig.json': config({ jsxImportSource: 'package', jsx: 'react-jsx' }),
      'late.json': config({ jsxImportSource: 'late' }),
      'main.tsx': "import a from 'a'; console.log(a, <b/>)", 'here/a.ts': "export default 'a'", ...jsxPackage('late'),
    },
    run: 'main.tsx', out: 'a ["b",{}]',
  },
  'extends: paths stay relative to where they are written, ${configDir} does not': {
    files: {
      'app/tsconfig.json': config({}, { extends: '../base/tsconfig.json' }),
      'base/tsconfig.json': config({ paths: { a: ['./a.ts'], b: ['${configDir}/b.ts'] } }),
      'app/main.ts': "import a from 'a'; import b from 'b'; console.log(a, b)",
      'base/a.ts': "export default 'base'", 'app/b.ts': "export default 'app'",
    },
    run: 'app/main.ts', out: 'base app',
  },
  'extends in a circle ends': {
    files: { 'tsconfig.json': config({}, { extends: './b.json' }), 'b.json': config({}, { extends: './tsconfig.json' }),
      'main.ts': 'console.log(1)' },
    out: '1',
  },
  'the nearest tsconfig.json counts': {
    files: {
      'tsconfig.json': config({ jsx: 'react', jsxFactory: 'h' }), 'in/tsconfig.json': config({ jsxImportSource: 'pre' }),
      'main.tsx': `import './in/m'; ${H}; console.log(<a/>)`, 'in/m.tsx': 'export {}; console.log(<b/>)', ...jsxPackage('pre'),
    },
    run: 'main.tsx', out: '["b",{}]\n["a",null]',
  },
  'a broken tsconfig.json is named': {
    files: { 'tsconfig.json': '{ "compilerOptions": nonsense }', 'main.ts': '1' }, err: /SyntaxError: \$DIR\/tsconfig\.json: /,
  },
  'jsx classic with factory and fragment': {
    files: {
      'tsconfig.json': config({ jsx: 'react', jsxFactory: 'h', jsxFragmentFactory: 'F' }),
      'h.ts': H, 'main.tsx': "import { h, F } from './h'; console.log(<><a b={1}/></>)",
    },
    run: 'main.tsx', out: '["F",null,"[\\"a\\",{\\"b\\":1}]"]',
  },
  'jsx classic: React by default': {
    files: {
      'tsconfig.json': config({ jsx: 'react' }), 'node_modules/react/index.js': 'exports.createElement = (t) => t',
      'main.tsx': "import * as React from 'react'; console.log(<a/>)",
    },
    run: 'main.tsx', out: 'a',
  },
  'jsx automatic, also for preserve and without tsconfig': {
    files: { 'main.tsx': "export {}; console.log(<a/>); await import('./in/x.jsx')", ...jsxPackage('react'),
      'in/tsconfig.json': config({ jsx: 'preserve' }), 'in/x.jsx': 'console.log(<b/>); export {}' },
    run: 'main.tsx', out: '["a",{}]\n["b",{}]',
  },
  'jsx automatic in CommonJS': {
    files: { 'main.tsx': 'console.log(<a/>, typeof module)', ...jsxPackage('react') }, run: 'main.tsx', out: '["a",{}] object',
  },
  'jsx development': {
    files: { 'tsconfig.json': config({ jsx: 'react-jsxdev' }), 'main.tsx': 'console.log(<a/>); export {}', ...jsxPackage('react') },
    run: 'main.tsx', out: 'dev ["a",{}]',
  },
  'jsx pragma in the file': {
    files: { 'main.tsx': `/** @jsxImportSource mine */ export {}; console.log(<a/>)`, ...jsxPackage('mine') },
    run: 'main.tsx', out: '["a",{}]',
  },
  'class fields define by default': { files: { 'main.ts': FIELDS }, out: 'x,y' },
  'class fields assign with useDefineForClassFields false': {
    files: { 'tsconfig.json': config({ useDefineForClassFields: false }), 'main.ts': FIELDS }, out: 'setter 1',
  },
  'class fields assign for an old target': {
    files: { 'tsconfig.json': config({ target: 'ES2020' }), 'main.ts': FIELDS }, out: 'setter 1',
  },
  'class fields define for an old target that says so': {
    files: { 'tsconfig.json': config({ target: 'es5', useDefineForClassFields: true }), 'main.ts': FIELDS }, out: 'x,y',
  },
  'legacy decorators': {
    files: {
      'tsconfig.json': config({ experimentalDecorators: true }),
      'main.ts': `${LOG}
        @log('class') class A { @log('field') f = 1; @log('method') m(@log('parameter') p: number) {} @log('get') get g() { return 1 } }
        console.log(seen.join(' '), new A().f, A.name)`,
    },
    out: 'field:3 parameter:3 method:3 get:3 class:1 1 A',
  },
  'legacy decorators replace, in ES modules and CommonJS': {
    files: {
      'tsconfig.json': config({ experimentalDecorators: true }),
      'main.mts': `import './c.cjs'; const twice = (t: any, k: string, d: PropertyDescriptor) => {
          const old = d.value; d.value = function () { return old() * 2 } };
        class A { @twice m() { return 2 } @twice static s() { return 3 } } console.log(new A().m(), A.s())`,
      'c.cts': "const other = (c: any): any => class { x = 'replaced' }; @other class A {} console.log((new A() as any).x)",
    },
    run: 'main.mts', out: 'replaced\n4 6',
  },
  'emitDecoratorMetadata': {
    files: {
      'tsconfig.json': config({ experimentalDecorators: true, emitDecoratorMetadata: true }),
      'main.ts': `const kept: string[] = [];
        (Reflect as any).metadata = (k: string, v: any) => () => { kept.push(k + '=' + (Array.isArray(v) ? v.map((t) => t.name) : v?.name)) };
        const d = (...a: any[]) => {}; class Dep {} interface I {}
        @d class A { constructor(a: Dep, b: string, c: I) {} @d f: number = 1 } console.log(kept.join(' '))`,
    },
    out: 'design:type=Number design:paramtypes=Dep,String,Object',
  },
  'standard decorators': {
    files: {
      'main.ts': `const kinds: string[] = []; const d = (v: any, c: any) => { kinds.push(c.kind + ' ' + String(c.name)) };
        @d class A { @d f = 1; @d m() {} @d accessor a = 2; @d static #p() {} @d get g() { return 1 } }
        console.log(kinds.sort().join(', '), new A().a)`,
    },
    out: 'accessor a, class A, field f, getter g, method #p, method m 2',
  },
  'standard decorators replace and initialise': {
    files: {
      'main.mts': `const add = (n: number) => (_: unknown, c: ClassFieldDecoratorContext) => (v: number) => v + n;
        const loud = (f: Function, c: any) => function (this: any, ...a: any[]) { return f.apply(this, a) + '!' };
        export class A { @add(2) @add(3) x = 1; @loud hi(): string { return 'hi' } }
        console.log(new A().x, new A().hi())`,
    },
    run: 'main.mts', out: '6 hi!',
  },
  'a decorated class expression': {
    files: { 'main.ts': 'const d = (c: any, x: any) => { console.log(x.kind) }; const A = @d class {}; new A()' }, out: 'class',
  },
  'accessor without decorators': {
    files: { 'main.ts': 'class A { accessor x: number = 1; static accessor #y = 2; static y() { return A.#y } }\nconsole.log(new A().x, A.y(), Object.keys(new A()))' },
    out: '1 2 []',
  },
  '@ and accessor that are none': {
    files: { 'main.ts': `/** @param x */ const accessor = 1; const s = 'a@b @c'; // @d
      const t = \`@x \${accessor}@y\`; console.log(accessor, s, t, /@z/.source)` },
    out: '1 a@b @c @x 1@y @z',
  },
});
